import type { ChunkSource } from './answer-stream.js';
import type { HttpContext } from './context.js';
import { VerbenaError } from './errors.js';
import { type Filter, FilterRun } from './filter.js';
import { afterEnd, callHandler, type LateErrors, startGenerator } from './handler-call.js';
import type { HostRequest } from './host.js';
import { HttpException } from './http-exception.js';
import type { Interruption, InterruptionCause } from './interruption.js';
import type { HandlerSettings, Lease } from './lease.js';
import { negotiate } from './negotiation.js';
import { fromIterable, isLazy } from './result.js';
import type { Route } from './route.js';
import { type HttpSession, openSession, type SessionMode, type SessionRequest } from './session.js';
import type { StartedIterable } from './started-iterable.js';
import { isThenable } from './thenable.js';

/** What running a handler asks of the request that it answers. */
export interface RunningRequest extends LateErrors, SessionRequest {
  readonly host: HostRequest;
  readonly route: Route;
  readonly context: HttpContext;
  /** For messages. */
  readonly title: string;
  /** What may break the request off; made when first asked for. */
  readonly interruption: Interruption;
  /** Why it was broken off, when it was. */
  readonly cause: InterruptionCause | undefined;
  /** Of its answer. `open`: nothing was sent; `streaming`: the head was, and pieces follow; `answered`: nothing can be added. */
  readonly phase: 'open' | 'streaming' | 'answered';
  /** Whether its handler was given back, or given up. */
  readonly isReleased: boolean;
  /** @throws why the answer is no longer open, when it is not */
  checkOpen(): void;
}

/** The handler's side of one request: lends it, has it answer, within its session and its filters, and gives it back. */
export class HandlerRun {
  readonly #request: RunningRequest;
  #settings: HandlerSettings;
  #lease: Lease | undefined;
  #session: HttpSession | undefined;
  #filters: FilterRun | undefined;
  /** Generators that were run to their first yield: the handler's, and those of filters. */
  #generators: StartedIterable[] | undefined;
  #hasEnded = false;

  /** Whether the handler failed, or may still be at something, so that nobody may use it again. */
  isSpoilt = false;

  constructor(request: RunningRequest) {
    this.#request = request;
    this.#settings = request.route.settings;
  }

  /** What the mapping declares, and what the handler does once it is chosen. */
  get settings(): HandlerSettings {
    return this.#settings;
  }

  get lease(): Lease | undefined {
    return this.#lease;
  }

  /** Undefined where none was declared, and before it is open. */
  get session(): HttpSession | undefined {
    return this.#session;
  }

  /** Gets a handler and has it answer; gives what it returned, or a promise of that. */
  start(defaultTimeoutMs: number | undefined): unknown {
    this.#limitTime(this.#settings.timeoutMs ?? defaultTimeoutMs);
    const { route, context } = this.#request;
    const lent = route.source.lend(context);
    if (!(lent instanceof Promise)) return this.#runWith(lent);
    this.#request.interruption.watchClient();
    return lent.then((lease) => this.#runWith(lease));
  }

  /** Whether a result is what is answered as it is, so that nothing has to be waited for. */
  isInstant(result: unknown): boolean {
    return (
      !isThenable(result) && this.#session === undefined && this.#filters?.hasLeft !== true && !this.#decides(result)
    );
  }

  /** The source of what was returned, opened, when it is a generator that still decides what is answered. */
  lazySource(result: unknown): ChunkSource | undefined {
    return this.#decides(result) ? fromIterable(result) : undefined;
  }

  /** Runs a generator to its first yield: until then it may set status and headers, use its session, and fail. */
  async startGenerator(source: ChunkSource): Promise<StartedIterable | undefined> {
    const request = this.#request;
    const { response } = request.context;
    const generator = startGenerator(source, response);
    (this.#generators ??= []).push(generator);
    request.interruption.watchClient();
    try {
      await generator.started;
      // It may have answered by other means: with end(), or with flush() and write().
      return generator.isEmpty && (response.hasEnded || response.isFlushed) ? undefined : generator;
    } catch (error) {
      if (request.interruption.explains(error)) throw error;
      return afterEnd(error, response, request);
    }
  }

  /** Whether something goes on that a filter did not wait for. */
  get isLeft(): boolean {
    return this.#filters?.isBusy === true;
  }

  /** Resolves when what filters did not wait for has ended, with what of that has failed without anybody hearing of it. */
  get left(): Promise<readonly unknown[]> | undefined {
    return this.#filters?.hasLeft === true ? this.#filters.ended() : undefined;
  }

  /** The handler has ended. What it has begun may go on. */
  end(): void {
    this.#hasEnded = true;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Gives a promise where a generator has still to end what it is at, as any handler may. */
  stopGenerators(): Promise<unknown> | undefined {
    if (this.#generators === undefined) return undefined;
    const stopping = this.#generators.flatMap((generator) => generator.cancel() ?? []);
    // Of one that does not tell, nobody knows what it is still at: its handler is lent to nobody else.
    this.isSpoilt ||= this.#generators.some(({ wasStopped }) => wasStopped);
    return stopping.length === 0 ? undefined : Promise.all(stopping);
  }

  /** Gives the handler back. Gives a promise only when there is something to wait for, and never fails. */
  release(): void | Promise<void> {
    // A handler that ended well after it had been broken off left the session open.
    void this.#session?.discard();
    this.#filters?.end(this.isSpoilt);
    return this.#returnLease();
  }

  #returnLease(): void | Promise<void> {
    try {
      const released = this.#lease?.release(this.isSpoilt);
      return released?.catch((error: unknown) => this.#request.report(error));
    } catch (error) {
      this.#request.report(error);
    }
  }

  #limitTime(timeoutMs: number | undefined): void {
    if (timeoutMs !== undefined) this.#request.interruption.limitTime(timeoutMs, this.#settings.name);
  }

  #runWith(lease: Lease | undefined): unknown {
    if (lease === undefined) throw new HttpException(404);
    const request = this.#request;
    this.#lease = lease;
    // The request may have been given up before its handler came.
    if (request.isReleased) return this.#returnUnused();
    request.checkOpen();
    if (request.route.info.kind === 'factory') {
      this.#settings = lease.settings;
      this.#limitTime(lease.settings.timeoutMs);
    }
    const { produces, session } = this.#settings;
    if (produces !== undefined) negotiate(request.context, produces);
    return session === undefined ? this.#run(lease) : this.#runInSession(lease, session);
  }

  async #returnUnused(): Promise<void> {
    await this.#returnLease();
    this.#request.checkOpen();
  }

  async #runInSession(lease: Lease, mode: SessionMode): Promise<unknown> {
    this.#session = await this.#openSession(mode);
    return this.#run(lease);
  }

  async #openSession(mode: SessionMode): Promise<HttpSession> {
    const request = this.#request;
    const { hostSession } = request;
    if (hostSession === undefined) {
      throw new VerbenaError(
        'session-unavailable',
        `${this.#settings.name} declares a session, and the host of ${request.title} has none; give createApp or the adapter a session store`,
      );
    }
    request.interruption.watchClient();
    const opened = await openSession(hostSession, mode, request);
    if (request.phase === 'answered') void opened.discard();
    request.checkOpen();
    return opened;
  }

  #run(lease: Lease): unknown {
    const { route, context } = this.#request;
    const own = lease.settings.use;
    const filters = route.info.kind === 'factory' && own.length > 0 ? [...route.use, ...own] : route.use;
    const result =
      filters.length === 0 ? callHandler(lease, context, this.#request) : this.#runFilters(filters, context, lease);
    if (isThenable(result)) this.#request.interruption.watchClient();
    return result;
  }

  #runFilters(filters: readonly Filter[], context: HttpContext, lease: Lease): unknown {
    this.#filters = new FilterRun(filters, context, () => this.#callFiltered(lease));
    return this.#filters.start();
  }

  /** Has the handler answer for filters, which may end before it. One that fails is not used again, whatever they make of that. */
  #callFiltered(lease: Lease): unknown {
    const { context, cause, phase, isReleased, title } = this.#request;
    if (this.#hasEnded || isReleased || phase === 'answered') {
      throw (
        cause?.reason ??
        new VerbenaError('response-ended', `A filter of ${title} called next() after the response had ended`)
      );
    }
    try {
      const result = callHandler(lease, context, this.#request);
      // A generator's errors and headers are to be met by the filters, so it is run to its first yield within them.
      const source = this.lazySource(result);
      return source === undefined && !isThenable(result) ? result : this.#startFiltered(result, source);
    } catch (error) {
      this.isSpoilt = true;
      throw error;
    }
  }

  async #startFiltered(handling: unknown, source?: ChunkSource): Promise<unknown> {
    try {
      const value = source === undefined ? await handling : undefined;
      const begun = source ?? this.lazySource(value);
      return begun === undefined ? value : await this.startGenerator(begun);
    } catch (error) {
      this.isSpoilt = true;
      throw error;
    }
  }

  /** Whether what was returned is a generator that still decides what is answered. */
  #decides(result: unknown): result is AsyncIterable<unknown> {
    const { phase, context, cause } = this.#request;
    return phase === 'open' && !context.response.hasEnded && cause === undefined && isLazy(result);
  }
}
