import { createApp, defineHandler, type HandlerApp, type HttpContext } from '@verbena/core';
import Keyv from 'keyv';
import { container } from 'tsyringe';
import { z } from 'zod';
import {
  closeStreams,
  endStreams,
  operationHandlers,
  type OperationHandlersOptions,
  shareOperation,
  startOperation,
  type WireOperation,
} from '../../http.js';
import { createOperations, defineOperation, type Operations } from '../../index.js';
import type { OperationsOptions } from '../create-operations.js';
import { EventReader } from './event-reader.test-support.js';
import { overFetch, type Serve, type Served } from './hosts.test-support.js';
import { Steering } from './steering.test-support.js';

export interface SiteOptions {
  readonly serve?: Serve;
  readonly handlers?: OperationHandlersOptions;
  readonly operations?: Partial<OperationsOptions>;
  /** Further handlers, by declaration; they may use the session. */
  readonly acts?: Readonly<Record<string, (context: HttpContext) => unknown>>;
}

/** What a visitor sends along. */
export interface Sent {
  readonly headers?: Record<string, string>;
  /** Sent as JSON; bytes are sent as they are. */
  readonly body?: unknown;
}

/** An application with operations, served, for tests of all that a client may do. */
export class OperationsSite {
  /** What reached `onError` of the application. */
  readonly errors: unknown[] = [];
  readonly steering: Steering = new Steering();
  readonly single: Steering = new Steering({ kind: 'single', concurrency: 1 });
  readonly stubborn: Steering = new Steering({ kind: 'stubborn', cancellable: false });
  readonly operations: Operations;
  readonly app: HandlerApp;
  #served: Served | undefined;

  static async open(options: SiteOptions = {}): Promise<OperationsSite> {
    const site = new OperationsSite(options);
    site.#served = await (options.serve ?? overFetch)(site.app);
    return site;
  }

  private constructor({ handlers, operations, acts = {} }: SiteOptions) {
    const services = container.createChildContainer();
    const checked = defineOperation(
      'checked',
      { input: z.object({ names: z.array(z.string()), count: z.number() }), perOwnerLimit: 2 },
      (_input: unknown, { signal }) =>
        new Promise<never>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    );
    const listed = [this.steering.operation, this.single.operation, this.stubborn.operation, checked];
    this.operations = createOperations({
      operations: listed,
      container: services,
      onError: (error) => this.errors.push(error),
      ...operations,
    });
    const all: NonNullable<SiteOptions['acts']> = {
      ...Object.fromEntries(
        ['steered', 'single', 'stubborn', 'checked'].map((kind) => [
          `POST /start/${kind}`,
          async (context: HttpContext) => startOperation(context, kind, await context.request.json()),
        ]),
      ),
      'POST /share/:id': (context) =>
        shareOperation(context, context.request.params['id'] ?? '', { expiresInMs: 60_000 }),
      'POST /login': ({ session }) => session.regenerate(),
      'POST /logout': async (context) => {
        await endStreams(context);
        await context.session.abandon();
      },
      'POST /leave': ({ session }) => session.abandon(),
      ...acts,
    };
    const session = handlers?.ownerOf === undefined ? { session: 'required' as const } : {};
    this.app = createApp({
      container: services,
      development: false,
      session: { store: new Keyv() },
      onError: (error) => this.errors.push(error),
      handlers: [
        ...operationHandlers(this.operations, handlers),
        ...Object.entries(all).map(([declaration, act]) => {
          const [verb = '', path = ''] = declaration.split(' ');
          return defineHandler({ verb, path, ...session }, (context: HttpContext) => act(context));
        }),
      ],
    });
  }

  get url(): string {
    return this.#served?.url ?? '';
  }

  /** Somebody with a browser of his own. */
  visitor(): SiteVisitor {
    return new SiteVisitor(this.url, (request) => (this.#served as Served).fetch(request));
  }

  async close(): Promise<void> {
    await Promise.all([closeStreams(this.operations), this.operations.close({ graceMs: 0 })]);
    await this.app.close({ graceMs: 0 });
    await this.#served?.close();
  }
}

/** A client that keeps its cookies. */
export class SiteVisitor {
  readonly cookies: Map<string, string> = new Map();
  readonly #url: string;
  readonly #fetch: (request: Request) => Promise<Response>;

  constructor(url: string, send: (request: Request) => Promise<Response>) {
    this.#url = url;
    this.#fetch = send;
  }

  async send(verb: string, path: string, { headers = {}, body }: Sent = {}): Promise<Response> {
    const cookie = Array.from(this.cookies, ([name, value]) => `${name}=${value}`).join('; ');
    const response = await this.#fetch(
      new Request(this.#url + path, {
        method: verb,
        redirect: 'manual',
        headers: {
          ...(cookie === '' ? {} : { cookie }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined
          ? {}
          : { body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body) }),
      }),
    );
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.send('GET', path, { headers });
  }

  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.send('POST', path, { body, headers });
  }

  /** Starts an operation of a kind, and gives it as the answer shows it. */
  async start(kind = 'steered', input: unknown = {}): Promise<WireOperation> {
    const response = await this.post(`/start/${kind}`, input);
    if (response.status !== 202) throw new Error(`Starting answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as WireOperation;
  }

  /** Opens an event stream. */
  async watch(path: string, headers: Record<string, string> = {}): Promise<EventReader> {
    const response = await this.get(path, headers);
    if (response.status !== 200) throw new Error(`Watching answered ${response.status}: ${await response.text()}`);
    return new EventReader(response);
  }
}
