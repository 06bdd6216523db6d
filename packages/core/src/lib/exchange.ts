import { type ChunkSource, ReadStream, stopSource, type StreamEnd, WriteStream } from './answer-stream.js';
import { nameOf } from './class.js';
import { type ContextOwner, HttpContext } from './context.js';
import { DeclaredLength } from './declared-length.js';
import { MethodNotAllowedHandler } from './default-handlers.js';
import { VerbenaError } from './errors.js';
import { type Filter, runFilters } from './filter.js';
import type { HostAnswer, HostRequest, HostSession } from './host.js';
import { completeHead, hasNoContent } from './head.js';
import { HttpException } from './http-exception.js';
import { BROKEN_OFF, CLIENT_GONE, CLOSING, Interruption, type InterruptionCause } from './interruption.js';
import type { HandlerSettings, HandlerSource, Lease } from './lease.js';
import type { LiveRequest } from './live-requests.js';
import type { MappingInfo } from './mapping.js';
import { mediaTypeOf, preferredType } from './media-type.js';
import type { PathParams } from './matching/path.js';
import { problemAnswer } from './problem.js';
import { HttpRequest } from './request.js';
import { EndSignal, HttpResponse, type ResponseOwner } from './response.js';
import {
  bodyOf,
  describeResult,
  fromIterable,
  isLazy,
  isSource,
  type ResponseBody,
  stopUnsent,
  suggestWrittenType,
} from './result.js';
import type { Injector } from './injection/injector.js';
import { type HttpSession, openSession, type SessionMode } from './session.js';
import { StartedIterable } from './started-iterable.js';
import { isThenable } from './thenable.js';
import { startTimer } from './timer.js';
import type { Scope, Token } from './token.js';

/** Everything about a mapping that its requests need. */
export interface Route {
  readonly info: MappingInfo;
  readonly source: HandlerSource;
  /** What the mapping itself declares; its handler's own settings may add to it. */
  readonly settings: HandlerSettings;
  /** Filters of the application and of the mapping, outermost first. */
  readonly use: readonly Filter[];
}

/** What a request needs of the application it belongs to. */
export interface ExchangeOwner {
  readonly injector: Injector;
  readonly development: boolean;
  readonly timeoutMs: number | undefined;
  readonly bodyLimitBytes: number;
  /** How long an aborted handler may go on before it is given up, in milliseconds. */
  readonly abandonMs: number;
  /** Told of errors nobody expected. */
  report(error: unknown, context: HttpContext, host: HostRequest): void;
  /** Told when the handler has been given back and nothing is left of the request. */
  over(exchange: Exchange): void;
  /** The verbs of a path, for `Allow`; without those that the given route answers. */
  allowed(path: string, except: Route | undefined): readonly string[];
}

/**
 * One request from the mapping that took it to the moment its handler has been given back.
 *
 * The answer goes to the host at the first flush, when the handler has ended, or when the time is over, whichever comes
 * first. The handler is given back exactly once: when it has ended and the last byte was taken.
 */
export class Exchange implements ContextOwner, ResponseOwner, LiveRequest {
  place = 0;
  readonly #owner: ExchangeOwner;
  readonly #host: HostRequest;
  readonly #route: Route;
  readonly #context: HttpContext;
  /** Made when first needed: most requests are over before anything could break them off. */
  #interruption: Interruption | undefined;
  #stopWatching: (() => void) | undefined;
  #answered: HostAnswer | undefined;
  /** Takes the answer to a host that waits for it. */
  #send: ((answer: HostAnswer) => void) | undefined;
  /** Whether who completes the request sends its answer as well, as the last thing. */
  #isSentLast = false;
  /** `open`: nothing was sent; `streaming`: the head was, and pieces follow; `answered`: nothing more can be added. */
  #phase: 'open' | 'streaming' | 'answered' = 'open';
  #settings: HandlerSettings;
  #lease: Lease | undefined;
  #session: HttpSession | undefined;
  #scope: Scope | undefined;
  #stream: WriteStream | ReadStream | undefined;
  #streamOver = true;
  /** What broke the answer off last; nobody is told of it a second time. */
  #failure: { readonly error: unknown } | undefined;
  /** Generators that were run to their first yield: the handler's, and those of filters. */
  #generators: StartedIterable[] | undefined;
  /** Settles when a handler that filters were run around has ended; never rejects. */
  #running: Promise<{ readonly error: unknown } | undefined | void> | undefined;
  /** Settles when the answer that `end()` asked for has been sent; never rejects. */
  #ending: Promise<void> | undefined;
  #handled = false;
  #spoilt = false;
  #released = false;
  #abandonTimer: ReturnType<typeof setTimeout> | undefined;
  /** Lets a host go that waits for the end of the request. */
  #tellOver: (() => void) | undefined;

  constructor(owner: ExchangeOwner, host: HostRequest, route: Route, params: PathParams) {
    this.#owner = owner;
    this.#host = host;
    this.#route = route;
    this.#settings = route.settings;
    this.#context = new HttpContext(this, new HttpRequest(host, params, this), new HttpResponse(this), route.info);
  }

  /** Runs the request. Gives the answer, or a promise of it where that takes time, which never rejects. */
  run(): HostAnswer | Promise<HostAnswer> {
    this.#keepHostWaiting();
    this.#process();
    return (
      this.#answered ??
      new Promise((resolve) => {
        this.#send = resolve;
      })
    );
  }

  /** As {@link run}, without a promise for its host: most of what that would cost is saved (`npm run bench`, order). */
  runTo(send: (answer: HostAnswer) => void): void {
    this.#keepHostWaiting();
    this.#process();
    if (this.#answered === undefined) this.#send = send;
    else send(this.#answered);
  }

  #keepHostWaiting(): void {
    const { waitUntil } = this.#host;
    if (waitUntil === undefined) return;
    const over = new Promise<void>((resolve) => {
      this.#tellOver = resolve;
    });
    try {
      waitUntil.call(this.#host, over);
    } catch (error) {
      this.#report(error);
    }
  }

  /** Breaks the request off because the application is closing. */
  close(): void {
    this.#breaking.interrupt(CLOSING);
  }

  breakOff(): void {
    this.#breaking.interrupt(BROKEN_OFF);
  }

  get bodyLimitBytes(): number {
    return this.#settings.bodyLimitBytes ?? this.#route.settings.bodyLimitBytes ?? this.#owner.bodyLimitBytes;
  }

  get native(): unknown {
    return this.#host.native;
  }

  get hostSession(): HostSession | undefined {
    return this.#host.session;
  }

  /** Name of its handler, for messages. */
  get handlerName(): string {
    return this.#settings.name;
  }

  get session(): HttpSession {
    if (this.#session !== undefined) return this.#session;
    if (this.#lease === undefined)
      throw new VerbenaError(
        'session-undeclared',
        `The session of ${this.#title()} was used before its handler was chosen; only handlers and filters see it`,
      );
    throw new VerbenaError(
      'session-undeclared',
      `${this.#settings.name} used the session without declaring one; add session: 'required', or 'readonly' when it only reads, to its declaration`,
    );
  }

  get signal(): AbortSignal {
    this.#watchClient();
    return this.#breaking.signal;
  }

  get handler(): object | undefined {
    return this.#lease?.handler;
  }

  resolve<Value>(token: Token<Value>): Value {
    if (this.#released)
      throw new VerbenaError('no-request-scope', `${nameOf(token)} was asked for after ${this.#title()} was over`);
    this.#scope ??= this.#owner.injector.openScope(this.#context);
    return this.#scope.resolve(token);
  }

  async flush(): Promise<WriteStream> {
    this.#checkOpen();
    await this.#session?.beforeHeaders();
    this.#checkOpen();
    const { response } = this.#context;
    suggestWrittenType(response, response.written);
    const stream = new WriteStream((how, error) => this.#streamEnded(how, error), this.#declaredLength());
    this.#answerStream(stream);
    this.#phase = 'streaming';
    return stream;
  }

  end(): void {
    this.#ending ??= new Promise<void>((resolve) => resolve(this.#complete(undefined))).catch((error: unknown) =>
      this.#fail(error),
    );
  }

  checkGoingOn(): void {
    const cause = this.#interruption?.cause;
    if (cause !== undefined) throw cause.reason;
  }

  /** Runs the handler, and answers. Where nothing of it takes time, no promise is made (`npm run bench`). */
  #process(): void {
    try {
      const result = this.#handle();
      if (!this.#isInstant(result)) {
        void this.#processLater(result);
        return;
      }
      void this.#complete(result);
    } catch (error) {
      if (!this.#isInstant(undefined)) {
        void this.#processLater(Promise.reject(error));
        return;
      }
      this.#failSafely(error);
    }
    this.#handled = true;
    this.#releaseWhenOver();
  }

  /** Whether the request can be completed with a result as it is, without waiting for anything. */
  #isInstant(result: unknown): boolean {
    return (
      !isThenable(result) &&
      this.#ending === undefined &&
      this.#running === undefined &&
      this.#session === undefined &&
      !this.#context.response.isFlushed &&
      !this.#decides(result)
    );
  }

  async #processLater(handling: unknown): Promise<void> {
    try {
      const result = await handling;
      const source = this.#lazySource(result);
      const value = source === undefined ? result : await this.#start(source);
      if (this.#ending !== undefined) await this.#ending;
      this.#isSentLast = this.#running === undefined;
      const completing = this.#complete(value);
      this.#isSentLast = false;
      if (completing !== undefined) await completing;
    } catch (error) {
      if (this.#ending !== undefined) await this.#ending;
      this.#isSentLast = false;
      this.#failSafely(error);
    }
    if (this.#running !== undefined) {
      // A filter may have ended without waiting for the handler, which is not given back while it works.
      const failed = await this.#running;
      // A filter that did not wait never hears of it.
      if (failed !== undefined) this.#failSafely(failed.error);
    }
    this.#handled = true;
    this.#releaseWhenOver();
    this.#sendAnswer();
  }

  /** Gets a handler and has it answer; gives what it returned, or a promise of that. */
  #handle(): unknown {
    const timeoutMs = this.#settings.timeoutMs ?? this.#owner.timeoutMs;
    if (timeoutMs !== undefined) this.#breaking.limitTime(timeoutMs, this.#settings.name);
    const lent = this.#route.source.lend(this.#context);
    if (!(lent instanceof Promise)) return this.#handleWith(lent);
    this.#watchClient();
    return lent.then((lease) => this.#handleWith(lease));
  }

  #handleWith(lease: Lease | undefined): unknown {
    if (lease === undefined) throw new HttpException(404);
    this.#lease = lease;
    // The request may have been given up before its handler came.
    if (this.#released) return this.#returnUnused();
    this.#checkOpen();
    if (this.#route.info.kind === 'factory') {
      this.#settings = lease.settings;
      const { timeoutMs, name } = lease.settings;
      if (timeoutMs !== undefined) this.#breaking.limitTime(timeoutMs, name);
    }
    this.#negotiate();
    const { session } = this.#settings;
    return session === undefined ? this.#runHandler(lease) : this.#runInSession(lease, session);
  }

  async #returnUnused(): Promise<void> {
    await this.#returnLease();
    this.#checkOpen();
  }

  async #runInSession(lease: Lease, mode: SessionMode): Promise<unknown> {
    this.#session = await this.#openSession(mode);
    return this.#runHandler(lease);
  }

  #runHandler(lease: Lease): unknown {
    const { info, use } = this.#route;
    const own = lease.settings.use;
    const filters = info.kind === 'factory' && own.length > 0 ? [...use, ...own] : use;
    const result =
      filters.length === 0
        ? this.#callHandler(lease)
        : runFilters(filters, this.#context, () => this.#callFiltered(lease));
    if (isThenable(result)) this.#watchClient();
    return result;
  }

  #callHandler(lease: Lease): unknown {
    const { response } = this.#context;
    if (typeof lease.handler.processRequest !== 'function') {
      // It may be a field of instances, so no class could be refused for the lack of it when the application started.
      throw new VerbenaError(
        'not-a-handler',
        `${this.#settings.name} has no processRequest(context), which a handler needs`,
      );
    }
    response.unwinds = true;
    let result: unknown;
    try {
      result = lease.handler.processRequest(this.#context);
    } catch (error) {
      return this.#afterEnd(error);
    } finally {
      response.unwinds = false;
    }
    // Only the synchronous part can have been left by end().
    return isThenable(result) && response.hasEnded
      ? Promise.resolve(result).then(undefined, (error: unknown) => this.#afterEnd(error))
      : result;
  }

  /** A handler that failed is not used again, also when a filter makes an answer of its failure. */
  #callSpoiling(lease: Lease): unknown {
    try {
      return this.#callHandler(lease);
    } catch (error) {
      this.#spoilt = true;
      throw error;
    }
  }

  /** Has the handler answer for filters, which may end before it. */
  #callFiltered(lease: Lease): unknown {
    if (this.#handled || this.#released || this.#isAnswered()) {
      throw (
        this.#interruption?.cause?.reason ??
        new VerbenaError('response-ended', `A filter of ${this.#title()} called next() after the response had ended`)
      );
    }
    const result = this.#callSpoiling(lease);
    // A generator's errors and headers are to be met by the filters, so it is run to its first yield within them.
    const source = this.#lazySource(result);
    if (source === undefined && !isThenable(result)) return result;
    const running = source === undefined ? this.#startPromised(result) : this.#start(source);
    this.#running = running.then(
      () => {
        this.#running = undefined;
      },
      (error: unknown) => {
        this.#spoilt = true;
        this.#running = undefined;
        return { error };
      },
    );
    return running;
  }

  /** Whether what was returned is a generator that still decides what is answered. */
  #decides(result: unknown): result is AsyncIterable<unknown> {
    const isDecided = this.#phase !== 'open' || this.#context.response.hasEnded;
    return !isDecided && this.#interruption?.cause === undefined && isLazy(result);
  }

  /** Its source, opened, when it is such a generator. */
  #lazySource(result: unknown): ChunkSource | undefined {
    return this.#decides(result) ? fromIterable(result) : undefined;
  }

  async #startPromised(result: unknown): Promise<unknown> {
    const value = await result;
    const source = this.#lazySource(value);
    return source === undefined ? value : this.#start(source);
  }

  /** Runs a generator to its first yield: until then it may set status and headers, use its session, and fail. */
  async #start(source: ChunkSource): Promise<StartedIterable | undefined> {
    const { response } = this.#context;
    response.unwinds = true;
    const generator = new StartedIterable(source);
    response.unwinds = false;
    (this.#generators ??= []).push(generator);
    this.#watchClient();
    try {
      await generator.started;
      // It may have answered by other means: with end(), or with flush() and write().
      return generator.isEmpty && (response.hasEnded || response.isFlushed) ? undefined : generator;
    } catch (error) {
      if (this.#interruption?.explains(error) === true) throw error;
      return this.#afterEnd(error);
    }
  }

  /** Whether there was one that had not come to its end. */
  #stopGenerators(): boolean {
    if (this.#generators === undefined) return false;
    let hasStopped = false;
    for (const generator of this.#generators) {
      stopSource(generator);
      hasStopped ||= generator.wasStopped;
    }
    return hasStopped;
  }

  /** An error that follows `end()` cannot change the answer (aspnet-handlers.md I6). */
  #afterEnd(error: unknown): undefined {
    if (!this.#context.response.hasEnded) throw error;
    if (!isEndSignal(error)) this.#report(error);
    return undefined;
  }

  /** The handler has ended well, or has ended its response: sends what there is. */
  #complete(value: unknown): void | Promise<void> {
    const { response } = this.#context;
    if (this.#phase === 'answered' || response.hasEnded) this.#refuse(value);
    if (this.#phase === 'answered') return;
    const answer = response.hasEnded ? undefined : value;
    if (response.isFlushed) return this.#completeStream(answer);
    const body = bodyOf(response, answer, this.#settings.name);
    if (this.#session === undefined) this.#answerWith(body);
    else return this.#answerAfterSession(this.#session, body);
  }

  /** A value that comes when the answer has been sent, or settled by `end()`, is not sent (aspnet-handlers.md I6). */
  #refuse(value: unknown): void {
    if (value === undefined || value === null) return;
    stopUnsent(value);
    if (this.#interruption?.cause !== undefined) return;
    this.#report(
      new VerbenaError(
        'double-answer',
        `${this.#settings.name} returned ${describeResult(value)} after it had ended the response; end the response or return a value`,
      ),
    );
  }

  async #completeStream(value: unknown): Promise<void> {
    if (value !== undefined && value !== null) {
      stopUnsent(value);
      throw new VerbenaError(
        'double-answer',
        `${this.#settings.name} returned ${describeResult(value)} after flush(); write it instead`,
      );
    }
    // The first flush may still be on its way.
    const stream = await this.#context.response.opening;
    await this.#session?.release();
    stream?.close();
  }

  /** Saves the session first, as its cookie goes with the head. */
  async #answerAfterSession(session: HttpSession, body: ResponseBody): Promise<void> {
    try {
      await session.release();
      // The time may have run out meanwhile.
      this.#checkOpen();
    } catch (error) {
      if (isSource(body)) stopSource(body);
      throw error;
    }
    this.#answerWith(body);
  }

  #answerWith(body: ResponseBody): void {
    if (isSource(body)) {
      this.#answerStream(
        new ReadStream(
          body,
          this.#settings.name,
          (how, error) => this.#streamEnded(how, error),
          this.#declaredLength(),
        ),
      );
      return;
    }
    const status = completeHead(this.#context.response, body, this.#host.verb);
    this.#answer(status, hasNoContent(this.#host.verb, status) ? null : body);
  }

  /** What the handler says of the length of a body that comes piece by piece. */
  #declaredLength(): DeclaredLength | undefined {
    const declared = this.#context.response.headers.get('content-length');
    return declared === null ? undefined : new DeclaredLength(Number(declared), this.#settings.name);
  }

  #answerStream(stream: WriteStream | ReadStream): void {
    const status = completeHead(this.#context.response, stream, this.#host.verb);
    this.#stream = stream;
    if (hasNoContent(this.#host.verb, status)) {
      // Nobody will read: what is written is swallowed, what is read from stops.
      stream.discard();
      this.#answer(status, null);
      return;
    }
    this.#streamOver = false;
    this.#watchClient();
    this.#answer(status, stream);
  }

  #answer(status: number, body: HostAnswer['body']): void {
    const { headers } = this.#context.response;
    headers.seal();
    this.#phase = 'answered';
    this.#deliver({ status, headers, body });
  }

  #deliver(answer: HostAnswer): void {
    this.#answered = answer;
    // A host must not meet what is not finished, and a handler that goes on must not wait for a host.
    if (this.#send !== undefined && !this.#isSentLast) queueMicrotask(() => this.#sendAnswer());
  }

  #sendAnswer(): void {
    const send = this.#send;
    if (send === undefined || this.#answered === undefined) return;
    this.#send = undefined;
    send(this.#answered);
  }

  /** Fails also where the error itself throws when it is looked at, as a revoked proxy does. */
  #failSafely(error: unknown): void {
    try {
      this.#fail(error);
    } catch {
      this.#fail(new Error(`${this.#settings.name} failed with something that cannot be read`));
    }
  }

  #fail(error: unknown): void {
    this.#spoilt = true;
    this.#session?.discard();
    const broken = this.#interruption?.explains(error) === true;
    if (!broken && !(error instanceof HttpException && error.status < 500)) this.#reportOnce(error);
    this.#failure = { error };
    if (this.#phase === 'streaming') {
      // What was written before end() is the answer, whatever happens afterwards.
      if (!this.#context.response.hasEnded) this.#stream?.fail(error);
    } else if (this.#phase === 'open') {
      this.#answerProblem(broken ? this.#interruption?.cause?.answer : error);
    }
  }

  #answerProblem(error: unknown): void {
    this.#phase = 'answered';
    const answer = this.#problemOf(error);
    if (answer.status === 405 && !answer.headers.has('allow')) {
      // RFC 9110, 15.5.6: a 405 always says what would be allowed.
      answer.headers.set('allow', this.#allowed().join(', '));
    }
    // What was found to matter for the answer before the error matters for it as well (RFC 9110, 12.5.5).
    const vary = this.#context.response.headers.get('vary');
    if (vary !== null && vary !== 'Accept') answer.headers.set('vary', `${vary}, Accept`);
    answer.headers.seal();
    this.#deliver(answer);
  }

  /** What the path takes, but for the verb that was refused, or for all verbs of a mapping that refuses each of them. */
  #allowed(): readonly string[] {
    const { verb, path } = this.#host;
    const refusing = this.#route.info.kind === 'handler' && this.#lease?.handler instanceof MethodNotAllowedHandler;
    return this.#owner.allowed(path, refusing ? this.#route : undefined).filter((allowed) => allowed !== verb);
  }

  #problemOf(error: unknown): HostAnswer {
    try {
      return problemAnswer(error, this.#host, this.#owner.development);
    } catch (cause) {
      // What an author put into the exception cannot be sent: a header with a line break, a member that is no JSON.
      this.#report(cause);
      return problemAnswer(new HttpException(500), this.#host, false);
    }
  }

  #negotiate(): void {
    const { produces } = this.#settings;
    if (produces === undefined) return;
    const { request, response } = this.#context;
    const type = preferredType(request.headers.get('accept'), produces);
    if (type === undefined) {
      throw new HttpException(406, `This can be had as ${produces.map(mediaTypeOf).join(', ')}`, {
        headers: { vary: 'Accept' },
      });
    }
    response.headers.append('vary', 'Accept');
    response.type = type;
  }

  async #openSession(mode: SessionMode): Promise<HttpSession> {
    const { session } = this.#host;
    if (session === undefined) {
      throw new VerbenaError(
        'session-unavailable',
        `${this.#settings.name} declares a session, and the host of ${this.#title()} has none; give createApp or the adapter a session store`,
      );
    }
    this.#watchClient();
    const opened = await openSession(session, mode, this);
    if (this.#isAnswered()) opened.discard();
    this.#checkOpen();
    return opened;
  }

  #checkOpen(): void {
    if (this.#phase === 'open') return;
    throw (
      this.#interruption?.cause?.reason ??
      new VerbenaError('response-ended', `${this.#settings.name} went on after its response had ended`)
    );
  }

  /** Hears from the host when the client leaves; asked for only by requests that last. */
  #watchClient(): void {
    if (!this.#released) this.#stopWatching ??= this.#host.onClose(() => this.#breaking.interrupt(CLIENT_GONE));
  }

  get #breaking(): Interruption {
    if (this.#interruption === undefined) {
      this.#interruption = new Interruption((cause) => this.#interrupted(cause));
      if (this.#released) this.#interruption.end();
    }
    return this.#interruption;
  }

  /** Asked anew after each await, as the time may have run out meanwhile. */
  #isAnswered(): boolean {
    return this.#phase === 'answered';
  }

  /** Answers what can still be answered, and gives the handler up if it does not stop. */
  #interrupted(cause: InterruptionCause): void {
    this.#spoilt = true;
    if (this.#phase === 'open' && cause !== CLIENT_GONE) this.#answerProblem(cause.answer);
    else if (!this.#streamOver && cause === CLIENT_GONE) this.#stream?.discard();
    else if (!this.#streamOver) this.#stream?.fail(cause.reason);
    // A generator ends what it is at before it stops, as any handler may.
    this.#stopGenerators();
    this.#context.request.breakOff(cause.reason);
    if (this.#handled || this.#released) return;
    this.#abandonTimer = startTimer(() => {
      if (this.#phase === 'open') this.#answerProblem(cause.answer);
      this.#report(
        new VerbenaError(
          'abandoned',
          `${this.#settings.name} went on for ${this.#owner.abandonMs} ms after ${this.#title()} had been broken off (${cause.reason.message}), and was given up; have it heed context.signal`,
        ),
      );
      this.#release();
    }, this.#owner.abandonMs);
  }

  #streamEnded(how: Parameters<StreamEnd>[0], error: unknown): void {
    if (this.#streamOver) return;
    this.#streamOver = true;
    if (how === 'cancelled') this.#breaking.interrupt(CLIENT_GONE);
    else if (how === 'failed') {
      this.#spoilt = true;
      if (this.#interruption?.explains(error) !== true) this.#reportOnce(error);
      this.#failure = { error };
    }
    this.#releaseWhenOver();
  }

  #releaseWhenOver(): void {
    if (this.#handled && this.#streamOver) this.#release();
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    // A filter may have put something else in the place of a generator. One that is stopped may still be at something, so its
    // handler is lent to nobody else.
    if (this.#stopGenerators()) this.#spoilt = true;
    // A handler that ended well after it had been broken off left the session open.
    this.#session?.discard();
    this.#interruption?.end();
    this.#stopWatching?.();
    if (this.#abandonTimer !== undefined) clearTimeout(this.#abandonTimer);
    const lease = this.#returnLease();
    if (lease === undefined && this.#scope?.isEmpty !== false) this.#over();
    else void this.#disposeAfter(lease);
  }

  /** Gives the handler back. Gives a promise only when there is something to wait for, and never fails. */
  #returnLease(): void | Promise<void> {
    try {
      const released = this.#lease?.release(this.#spoilt);
      return released?.catch((error: unknown) => this.#report(error));
    } catch (error) {
      this.#report(error);
    }
  }

  /** Disposes what was built for the request once the handler is back; a failure of one stops nothing. */
  async #disposeAfter(lease: void | Promise<void>): Promise<void> {
    await lease;
    for (const error of (await this.#scope?.dispose()) ?? []) {
      this.#report(
        new VerbenaError('release-failed', `Disposing what was built for ${this.#title()} failed`, { cause: error }),
      );
    }
    this.#over();
  }

  #over(): void {
    this.#owner.over(this);
    this.#tellOver?.();
  }

  /** Reports what broke the answer off: a handler that flushes hears of its stream's failure, and a stream of its handler's. */
  #reportOnce(error: unknown): void {
    if (this.#failure === undefined || this.#failure.error !== error) this.#report(error);
  }

  #report(error: unknown): void {
    this.#owner.report(error, this.#context, this.#host);
  }

  #title(): string {
    return `${this.#host.verb} ${this.#host.path}`;
  }
}

/** Some values throw when they are looked at. */
function isEndSignal(error: unknown): boolean {
  try {
    return error instanceof EndSignal;
  } catch {
    return false;
  }
}
