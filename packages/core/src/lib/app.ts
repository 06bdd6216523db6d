import type { HttpContext } from './context.js';
import { VerbenaError } from './errors.js';
import { Exchange, type ExchangeOwner } from './exchange.js';
import { type FetchArguments, FetchRequest, toResponse } from './fetch.js';
import type { HostAnswer, HostRequest } from './host.js';
import { LiveRequests } from './live-requests.js';
import { HandlerTypes } from './handler-types.js';
import { HttpException } from './http-exception.js';
import type { MappingInfo } from './mapping.js';
import { normalizePath } from './matching/normalize-path.js';
import { MalformedPathError } from './matching/path.js';
import type { PoolOwner } from './pool.js';
import { problemAnswer } from './problem.js';
import { type DependencyContainer, Injector } from './injection/injector.js';
import type { Route } from './route.js';
import { buildSite, type Declared, disposeFactory, type Site, type SiteOptions, type SiteOwner } from './site.js';
import { ResponseHeaders } from './headers.js';
import { type SessionOptions, StoreSessions } from './store-session.js';
import { startTimer } from './timer.js';

/** What an application is made of. */
export interface AppOptions extends SiteOptions {
  /** Decorated classes, and what `defineHandler` and `defineFactory` gave back. */
  readonly handlers: Iterable<Declared>;
  /** Where dependencies are registered; the application builds in children of it. Default: tsyringe's global container. */
  readonly container?: DependencyContainer;
  /** Where sessions are kept, unless the host says otherwise. `app.fetch` has none without it. */
  readonly session?: SessionOptions;
  /** Time for a request in milliseconds, unless its handler declares one. Default: no limit. */
  readonly timeoutMs?: number;
  /** Longest request body in bytes, unless the handler declares one. Default 1,048,576. */
  readonly bodyLimitBytes?: number;
  /** How long a handler may go on after it was aborted, in milliseconds, before it is given up. Default 30,000. */
  readonly abandonMs?: number;
  /** Show unexpected errors to clients and warn of mistakes. Default: whether `NODE_ENV` is `development`. */
  readonly development?: boolean;
  /**
   * Told of every error nobody expected and of every answer from 500 on, but for those of a time limit and of closing; with the
   * request's context when there is one. Default: written to the console.
   */
  readonly onError?: (error: unknown, context: HttpContext | undefined) => unknown;
  /** Told of mistakes noticed in development. Default: written to the console. */
  readonly onWarning?: (message: string) => void;
}

/** Handlers ready to answer, under any host. */
export class HandlerApp {
  readonly #options: AppOptions;
  readonly #owner: AppOwner;
  readonly #sessions: StoreSessions | undefined;
  #site: Site;
  #closing: Promise<void> | undefined;
  /** Settles when what earlier sites left behind is disposed; never rejects. */
  #retired: Promise<unknown> = Promise.resolve();

  /** @internal */
  constructor(options: AppOptions) {
    this.#options = options;
    this.#owner = new AppOwner(options, (path, except) => this.#allowed(path, except));
    this.#site = buildSite(options.handlers, this.#owner, options);
    // What stands there has been checked with the rest.
    this.#sessions = options.session && new StoreSessions(options.session);
  }

  /**
   * Answers a web-standard request, without a socket. It needs no `this`, so it can be handed on as it is.
   *
   * @param request any `Request`
   * @param platform what the host passes beside it (bindings, execution context); found again in `context.native`
   */
  readonly fetch = async (request: Request, ...platform: FetchArguments): Promise<Response> => {
    const host = new FetchRequest(request, platform, this.#sessions);
    if (!host.namesHost) return toResponse(this.#problem(new HttpException(400, 'Host names no host'), host), []);
    const answering = this.answerOrNotFound(host);
    return toResponse(answering instanceof Promise ? await answering : answering, host.cookies);
  };

  /** Every mapping, as declared, in the order listed. */
  get mappings(): readonly MappingInfo[] {
    return this.#site.map.mappings.map(({ target }) => target.info);
  }

  /**
   * Puts other handlers in the place of the present ones, all at once. Requests under way end with those they began
   * with; pools and factories of classes listed before and after go on.
   *
   * @throws StartupError when something is wrong with the new ones; the present ones then stay
   */
  replace(handlers: Iterable<Declared>): void {
    const previous = this.#site;
    this.#site = buildSite(handlers, this.#owner, this.#options, previous);
    const retired = [
      this.#owner.types.keepOnly(this.#site.types),
      this.#disposeFactories(previous, this.#site.factories),
    ];
    this.#retired = Promise.all([this.#retired, ...retired]);
  }

  /**
   * Stops taking requests (they get 503), waits for those under way, aborts those that take longer than `graceMs`, and
   * disposes pools and factories. Singletons belong to the container they were registered in, which may serve other
   * applications too. What has not been given back and disposed a second after `graceMs` and `abandonMs` are over is reported
   * as `close-unfinished` and not waited for. Calling it again gives the same promise.
   *
   * @param options `graceMs`: milliseconds to wait before aborting. Default 10,000
   */
  close(options: { readonly graceMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(options.graceMs ?? 10_000);
    return this.#closing;
  }

  /** Whether `close()` was called. A closed application answers 503, and cannot be opened again. */
  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  /** Where sessions are kept, as far as the application says. @internal */
  get sessionOptions(): SessionOptions | undefined {
    return this.#options.session;
  }

  /** Answers a host's request; nothing when no mapping has its path. @internal */
  answer(host: HostRequest): HostAnswer | undefined | Promise<HostAnswer> {
    const begun = this.#begin(host);
    return begun instanceof Exchange ? begun.run() : begun;
  }

  /** Answers a request of a host that has nobody to pass it on to. @internal */
  answerOrNotFound(host: HostRequest): HostAnswer | Promise<HostAnswer> {
    return this.answer(host) ?? this.#problem(new HttpException(404), host);
  }

  /** Gives the answer to the host as soon as it stands. Returns false when no mapping has the path. @internal */
  answerTo(host: HostRequest, send: (answer: HostAnswer) => void): boolean {
    const begun = this.#begin(host);
    if (begun === undefined) return false;
    if (begun instanceof Exchange) begun.runTo(send);
    else send(begun);
    return true;
  }

  /** As {@link answerTo}, for a host that has nobody to pass the request on to. @internal */
  answerOrNotFoundTo(host: HostRequest, send: (answer: HostAnswer) => void): void {
    if (!this.answerTo(host, send)) send(this.#problem(new HttpException(404), host));
  }

  /** What is to be run for a request, or its answer where nothing is. */
  #begin(host: HostRequest): Exchange | HostAnswer | undefined {
    const { map } = this.#site;
    try {
      const known = map.findNormal(host.verb, host.path);
      const path = known === undefined ? normalizePath(host.path) : host.path;
      // Asked for with the path as it came, a malformed one still tells whether it would have been ours.
      const asked = path ?? host.path;
      const found = known ?? map.find(host.verb, asked) ?? (host.verb === 'HEAD' ? map.find('GET', asked) : undefined);
      if (found === undefined) return this.#answerUnmapped(host, map.allowed(asked));
      if (path === undefined) return this.#problem(malformed(), host);
      if (this.#closing !== undefined)
        return this.#problem(
          new HttpException(503, 'The application is closed', {
            headers: { connection: 'close', 'retry-after': '1' },
          }),
          host,
        );
      const exchange = new Exchange(this.#owner, host, found.mapping.target, found.params);
      this.#owner.live.add(exchange);
      return exchange;
    } catch (error) {
      if (error instanceof MalformedPathError) return this.#problem(malformed(), host);
      throw error;
    }
  }

  #answerUnmapped(host: HostRequest, allowed: readonly string[] | undefined): HostAnswer | undefined {
    if (allowed === undefined) return undefined;
    const allow = allowed.join(', ');
    if (host.verb !== 'OPTIONS')
      return this.#problem(new HttpException(405, `${host.verb} is not allowed here`, { headers: { allow } }), host);
    const headers = new ResponseHeaders();
    headers.set('allow', allow);
    return { status: 204, headers, body: null };
  }

  #problem(error: HttpException, host: HostRequest): HostAnswer {
    return problemAnswer(error, host, this.#owner.development);
  }

  #allowed(path: string, except: Route | undefined): readonly string[] {
    const { map } = this.#site;
    const asked = normalizePath(path) ?? path;
    const allowed = map.allowed(asked) ?? [];
    return except === undefined ? allowed : allowed.filter((verb) => map.find(verb, asked)?.mapping.target !== except);
  }

  async #close(graceMs: number): Promise<void> {
    const { live, abandonMs } = this.#owner;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<true>((resolve) => {
      timer = startTimer(() => {
        for (const exchange of live) exchange.close();
        // Handlers that hang are given up after abandonMs, and have then still to be given back.
        timer = startTimer(() => resolve(true), abandonMs + LAST_MS);
      }, graceMs);
    });
    const isLate = (work: Promise<unknown>): Promise<boolean> => Promise.race([work.then(() => false), late]);
    if (await isLate(this.#owner.live.settled())) {
      const names = new Set(Array.from(live, ({ handlerName }) => handlerName));
      this.#reportUnfinished(graceMs, `handlers of ${[...names].join(', ')} to be given back`);
      void this.#disposeAll();
    } else if (await isLate(this.#disposeAll())) {
      this.#reportUnfinished(graceMs, 'pooled handlers and factories to be disposed');
    }
    clearTimeout(timer);
  }

  #reportUnfinished(graceMs: number, awaited: string): void {
    this.#owner.report(
      new VerbenaError(
        'close-unfinished',
        `Closing waited for ${awaited}, and gave up after ${graceMs + this.#owner.abandonMs + LAST_MS} ms; have each releaseHandler, reset and dispose settle`,
      ),
    );
  }

  async #disposeAll(): Promise<void> {
    await this.#owner.types.keepOnly(new Set());
    await this.#disposeFactories(this.#site, new Map());
    await this.#retired;
  }

  /** Disposes the factories of a site that are not kept, once the requests they may serve are over. */
  async #disposeFactories(site: Site, kept: Site['factories']): Promise<void> {
    const dropped = [...site.factories].filter(([type]) => !kept.has(type));
    if (dropped.length === 0) return;
    await this.#owner.live.settled();
    await Promise.all(dropped.map(([type, factory]) => disposeFactory(type, factory, this.#owner)));
  }
}

/** How long closing waits for handlers that were given up to be given back, and for the disposal of everything, in milliseconds. */
const LAST_MS = 1000;

function malformed(): HttpException {
  return new HttpException(400, 'The path holds a malformed escape');
}

/** What requests and pools need of their application. */
class AppOwner implements ExchangeOwner, PoolOwner, SiteOwner {
  readonly injector: Injector;
  readonly types: HandlerTypes;
  readonly development: boolean;
  readonly timeoutMs: number | undefined;
  readonly bodyLimitBytes: number;
  readonly abandonMs: number;
  readonly allowed: ExchangeOwner['allowed'];
  readonly live: LiveRequests<Exchange> = new LiveRequests();
  readonly #onError: AppOptions['onError'];
  readonly #onWarning: (message: string) => void;

  constructor(options: AppOptions, allowed: ExchangeOwner['allowed']) {
    this.injector = new Injector(options.container);
    this.types = new HandlerTypes(this);
    this.development = options.development ?? isDevelopment();
    this.timeoutMs = options.timeoutMs;
    this.bodyLimitBytes = options.bodyLimitBytes ?? 1_048_576;
    this.abandonMs = options.abandonMs ?? 30_000;
    this.allowed = allowed;
    this.#onError = options.onError;
    this.#onWarning = options.onWarning ?? ((message) => console.warn(message));
  }

  warn(message: string): void {
    this.#onWarning(message);
  }

  report(error: unknown, context?: HttpContext, host?: HostRequest): void {
    const complain = (failure: unknown): void => {
      try {
        console.error('onError failed while it was told of an error', failure, error);
      } catch {
        // Some values throw when they are looked at.
        console.error('onError failed while it was told of an error that cannot be shown');
      }
    };
    try {
      if (this.#onError !== undefined) Promise.resolve(this.#onError(error, context)).catch(complain);
      else if (host?.onError === undefined) console.error(error);
      host?.onError?.(error);
    } catch (failure) {
      complain(failure);
    }
  }

  over(exchange: Exchange): void {
    this.live.remove(exchange);
  }
}

function isDevelopment(): boolean {
  const { process } = globalThis as { process?: { readonly env?: Readonly<Record<string, string | undefined>> } };
  return process?.env?.['NODE_ENV'] === 'development';
}

/**
 * Makes an application of the listed handlers and checks them all: declarations, patterns, and the constructor graphs
 * behind them.
 *
 * @throws StartupError listing every fault found, each with the class, the place of its declaration and what to do
 */
export function createApp(options: AppOptions): HandlerApp {
  return new HandlerApp(options);
}
