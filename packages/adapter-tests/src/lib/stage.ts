import { AssertionError } from 'chai';
import { type AppOptions, createApp, type HandlerApp } from '@verbena/core';
import type { Connection } from './connection.js';
import { CountingStore } from './counting-store.js';
import { type AdapterHost, hasSocket, type HostOptions, patienceOf, type RunningHost, speaksHttp2 } from './host.js';
import { fetchLocally } from './local-fetch.js';
import { mayReject } from './rejection.js';

/** Where one behaviour is tried: it puts applications under the host, and clears up after them. */
export class Stage {
  /** What the host does with a path that no mapping has. */
  readonly unmatched: '404' | 'next';
  /** How long one event may take, in milliseconds. */
  readonly patienceMs: number;
  readonly #host: AdapterHost;
  readonly #served: Served[] = [];

  constructor(host: AdapterHost) {
    this.#host = host;
    this.unmatched = host.unmatched ?? '404';
    this.patienceMs = patienceOf(host);
  }

  /**
   * Makes an application of the handlers and puts it under the host.
   *
   * @param before header fields that middleware of the host is to set
   */
  async serve(
    handlers: AppOptions['handlers'],
    options: Omit<AppOptions, 'handlers'> = {},
    before: HostOptions['before'] = {},
  ): Promise<Served> {
    const store = new CountingStore();
    const reported: unknown[] = [];
    const hostErrors: unknown[] = [];
    const statuses: number[] = [];
    const session = { store };
    const app = createApp({
      handlers,
      session,
      development: false,
      onError: (error) => reported.push(error),
      onWarning: () => {},
      // A handler that waits for what a faulty host never does must not be waited for long.
      abandonMs: this.patienceMs,
      ...options,
    });
    const hostOptions: HostOptions = {
      session,
      before,
      onError: (error) => hostErrors.push(error),
      after: (status) => statuses.push(status),
    };
    const running = hasSocket(this.#host)
      ? await this.within(this.#host.start(app, hostOptions), 'the host to listen')
      : undefined;
    const served = new Served(this, this.#host, app, running, { store, reported, hostErrors, statuses });
    this.#served.push(served);
    return served;
  }

  /**
   * Waits for something the host is to do.
   *
   * @param what what is expected, for the message: `the handler to be released`
   * @throws AssertionError when it does not happen in time
   */
  async within<Value>(event: Promise<Value>, what: string, patience = 1): Promise<Value> {
    const waitMs = patience * this.patienceMs;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new AssertionError(`${waitMs} ms went by while the suite waited for ${what}`)),
        waitMs,
      );
    });
    try {
      return await Promise.race([event, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Takes everything down.
   *
   * @throws AssertionError when something goes on that ought to be over
   */
  async clear(): Promise<void> {
    for (const served of this.#served) await served.close();
  }
}

/** What is seen of an application from outside its host's adapter. */
interface Records {
  /** The session store of the application and of its host. */
  readonly store: CountingStore;
  /** What the application's `onError` heard. */
  readonly reported: unknown[];
  /** What the host heard of errors. */
  readonly hostErrors: unknown[];
  /** The statuses that middleware of the host saw afterwards. */
  readonly statuses: number[];
}

/** An application under the host. */
export class Served implements Records {
  readonly store: CountingStore;
  readonly reported: unknown[];
  readonly hostErrors: unknown[];
  readonly statuses: number[];
  readonly #stage: Stage;
  readonly #host: AdapterHost;
  readonly #running: RunningHost | undefined;
  readonly #leaving = new AbortController();
  readonly #connections: Connection[] = [];

  constructor(
    stage: Stage,
    host: AdapterHost,
    readonly app: HandlerApp,
    running: RunningHost | undefined,
    { store, reported, hostErrors, statuses }: Records,
  ) {
    this.#stage = stage;
    this.#host = host;
    this.#running = running;
    this.store = store;
    this.reported = reported;
    this.hostErrors = hostErrors;
    this.statuses = statuses;
  }

  /** Whether the host has a socket. */
  get hasSocket(): boolean {
    return this.#running !== undefined;
  }

  /** Whether the host is reached over TLS. */
  get isSecure(): boolean {
    return this.url.startsWith('https:');
  }

  /** Where the application is reached, without a path. */
  get url(): string {
    return this.#running?.url ?? 'http://verbena.test';
  }

  /** Asks for a path, with its query. Redirects are not followed. */
  readonly fetch = (path: string, init: RequestInit = {}): Promise<Response> =>
    mayReject(this.#stage.within(this.#ask(path, init), `the answer to ${init.method ?? 'GET'} ${path}`));

  async #ask(path: string, init: RequestInit): Promise<Response> {
    const { signal } = this.#leaving;
    const request = new Request(this.url + path, {
      redirect: 'manual',
      ...(init.body instanceof FormData ? await wholeForm(init, init.body) : init),
      signal: init.signal == null ? signal : AbortSignal.any([signal, init.signal]),
    });
    const host = this.#host;
    if (!hasSocket(host)) return fetchLocally((incoming) => host.fetch(this.app, incoming), request);
    const options = { streams: init.body instanceof ReadableStream, ca: host.ca };
    // Where there is no socket, what is needed for one may be missing as well, and is not loaded.
    if (speaksHttp2(host)) return (await import('./http2-fetch.js')).fetchOverHttp2(request, options);
    return (await import('./socket-fetch.js')).fetchOverSocket(request, options);
  }

  /** Connects to the host; only where it has a socket, and speaks HTTP/1.1. */
  async connect(): Promise<Connection> {
    const { Connection } = await import('./connection.js');
    const ca = hasSocket(this.#host) ? this.#host.ca : undefined;
    const connection = await this.#stage.within(Connection.open(this.url, ca), 'a connection');
    this.#connections.push(connection);
    return connection;
  }

  /** Waits until nothing is under way any more. After this the application answers 503. */
  readonly settle = async (): Promise<void> => {
    // What is not over in time fails the behaviour first, and is aborted then.
    const closing = this.app.close({ graceMs: 2 * this.#stage.patienceMs });
    await this.#stage.within(closing, 'the end of all requests; the application still has some under way');
  };

  async close(): Promise<void> {
    this.#leaving.abort();
    for (const connection of this.#connections) connection.destroy();
    try {
      await this.settle();
    } finally {
      if (this.#running !== undefined) await this.#stage.within(this.#running.close(), 'the host to close');
    }
  }
}

/** A form as bytes. Nobody handles it when Node stops streaming a form that was not read to its end. */
async function wholeForm(init: RequestInit, form: FormData): Promise<RequestInit> {
  const whole = new Response(form);
  const headers = new Headers(init.headers);
  headers.set('content-type', whole.headers.get('content-type') ?? '');
  return { ...init, headers, body: await whole.arrayBuffer() };
}
