import { ReadStream, stopSource, type StreamEnd, WriteStream } from './answer-stream.js';
import { nameOf } from './class.js';
import { type ContextOwner, HttpContext } from './context.js';
import { DeclaredLength } from './declared-length.js';
import { MethodNotAllowedHandler } from './default-handlers.js';
import { Delivery } from './delivery.js';
import { VerbenaError } from './errors.js';
import { failureAnswer } from './failure-answer.js';
import { HandlerRun, type RunningRequest } from './handler-run.js';
import type { HostAnswer, HostRequest, HostSession } from './host.js';
import { completeHead, hasNoContent } from './head.js';
import { HttpException } from './http-exception.js';
import {
  BROKEN_OFF,
  CLIENT_GONE,
  CLOSING,
  type Interruptible,
  Interruption,
  type InterruptionCause,
} from './interruption.js';
import type { LiveRequest } from './live-requests.js';
import type { PathParams } from './matching/path.js';
import { HttpRequest } from './request.js';
import { HttpResponse, type ResponseOwner } from './response.js';
import { bodyOf, describeResult, isSource, type ResponseBody, stopUnsent, suggestWrittenType } from './result.js';
import type { Route } from './route.js';
import type { Injector } from './injection/injector.js';
import type { HttpSession } from './session.js';
import type { Scope, Token } from './token.js';

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
export class Exchange implements ContextOwner, ResponseOwner, RunningRequest, LiveRequest, Interruptible {
  place = 0;
  readonly host: HostRequest;
  readonly route: Route;
  readonly context: HttpContext;
  readonly #owner: ExchangeOwner;
  readonly #run: HandlerRun;
  #phase: RunningRequest['phase'] = 'open';
  #isReleased = false;
  #answered: HostAnswer | undefined;

  // What most requests are over without is made when first needed.
  #delivery: Delivery | undefined;
  #interruption: Interruption | undefined;
  #scope: Scope | undefined;
  /** The body that is on its way piece by piece, until its last byte was taken. */
  #stream: WriteStream | ReadStream | undefined;
  /** Settles when the answer that `end()` asked for has been sent; never rejects. */
  #ending: Promise<void> | undefined;
  /** What broke the answer off last; nobody is told of it a second time. */
  #failure: { readonly error: unknown } | undefined;
  /** Lets a host go that waits for the end of the request. */
  #tellOver: (() => void) | undefined;

  constructor(owner: ExchangeOwner, host: HostRequest, route: Route, params: PathParams) {
    this.#owner = owner;
    this.host = host;
    this.route = route;
    this.context = new HttpContext(this, new HttpRequest(host, params, this), new HttpResponse(this), route.info);
    this.#run = new HandlerRun(this);
  }

  /** Runs the request. Gives the answer, or a promise of it where that takes time, which never rejects. */
  run(): HostAnswer | Promise<HostAnswer> {
    this.#keepHostWaiting();
    this.#process();
    return (
      this.#answered ??
      new Promise((resolve) => {
        this.#delivery = new Delivery(resolve);
      })
    );
  }

  /** As {@link run}, without a promise for its host: most of what that would cost is saved (`npm run bench`, order). */
  runTo(send: (answer: HostAnswer) => void): void {
    this.#keepHostWaiting();
    this.#process();
    if (this.#answered === undefined) this.#delivery = new Delivery(send);
    else send(this.#answered);
  }

  #keepHostWaiting(): void {
    const { waitUntil } = this.host;
    if (waitUntil === undefined) return;
    const over = new Promise<void>((resolve) => {
      this.#tellOver = resolve;
    });
    try {
      waitUntil.call(this.host, over);
    } catch (error) {
      this.report(error);
    }
  }

  /** Breaks the request off because the application is closing. */
  close(): void {
    this.interruption.interrupt(CLOSING);
  }

  breakOff(): void {
    this.interruption.interrupt(BROKEN_OFF);
  }

  get bodyLimitBytes(): number {
    return this.#run.settings.bodyLimitBytes ?? this.route.settings.bodyLimitBytes ?? this.#owner.bodyLimitBytes;
  }

  get native(): unknown {
    return this.host.native;
  }

  get hostSession(): HostSession | undefined {
    return this.host.session;
  }

  /** Name of its handler, for messages. */
  get handlerName(): string {
    return this.#run.settings.name;
  }

  get title(): string {
    return `${this.host.verb} ${this.host.path}`;
  }

  get phase(): RunningRequest['phase'] {
    return this.#phase;
  }

  get isReleased(): boolean {
    return this.#isReleased;
  }

  get interruption(): Interruption {
    if (this.#interruption === undefined) {
      this.#interruption = new Interruption(this, this.host);
      if (this.#isReleased) this.#interruption.end();
    }
    return this.#interruption;
  }

  get cause(): InterruptionCause | undefined {
    return this.#interruption?.cause;
  }

  get session(): HttpSession {
    const { session, lease } = this.#run;
    if (session !== undefined) return session;
    throw new VerbenaError(
      'session-undeclared',
      lease === undefined
        ? `The session of ${this.title} was used before its handler was chosen; only handlers and filters see it`
        : `${this.handlerName} used the session without declaring one; add session: 'required', or 'readonly' when it only reads, to its declaration`,
    );
  }

  get hasSession(): boolean {
    return this.#run.session !== undefined;
  }

  get signal(): AbortSignal {
    this.interruption.watchClient();
    return this.interruption.signal;
  }

  get handler(): object | undefined {
    return this.#run.lease?.handler;
  }

  resolve<Value>(token: Token<Value>): Value {
    if (this.#isReleased)
      throw new VerbenaError('no-request-scope', `${nameOf(token)} was asked for after ${this.title} was over`);
    this.#scope ??= this.#owner.injector.openScope(this.context);
    return this.#scope.resolve(token);
  }

  async flush(): Promise<WriteStream> {
    this.checkOpen();
    await this.#run.session?.beforeHeaders();
    this.checkOpen();
    const { response } = this.context;
    suggestWrittenType(response, response.written);
    const length = DeclaredLength.in(response.headers, this.handlerName);
    const stream = new WriteStream((how, error) => this.#streamEnded(how, error), length);
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
    if (this.cause !== undefined) throw this.cause.reason;
  }

  checkOpen(): void {
    if (this.#phase === 'open') return;
    throw (
      this.cause?.reason ??
      new VerbenaError('response-ended', `${this.handlerName} went on after its response had ended`)
    );
  }

  report(error: unknown): void {
    this.#owner.report(error, this.context, this.host);
  }

  /** Runs the handler, and answers. Where nothing of it takes time, no promise is made (`npm run bench`). */
  #process(): void {
    try {
      const result = this.#run.start(this.#owner.timeoutMs);
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
    this.#run.end();
    this.#releaseWhenOver();
  }

  /** Whether the request can be completed with a result as it is, without waiting for anything. */
  #isInstant(result: unknown): boolean {
    return this.#ending === undefined && !this.context.response.isFlushed && this.#run.isInstant(result);
  }

  async #processLater(handling: unknown): Promise<void> {
    const run = this.#run;
    try {
      const result = await handling;
      const source = run.lazySource(result);
      const value = source === undefined ? result : await run.startGenerator(source);
      if (this.#ending !== undefined) await this.#ending;
      const completing = this.#completeLast(value);
      if (completing !== undefined) await completing;
    } catch (error) {
      if (this.#ending !== undefined) await this.#ending;
      // A session that is just getting a new identity is lost to a client whose answer does not tell it.
      const renewal = run.session?.discard();
      if (renewal !== undefined) await renewal;
      this.#failSafely(error);
    }
    // A filter may have ended without waiting for the handler, which is not given back while it works.
    const { left } = run;
    if (left !== undefined) for (const error of await left) this.#failSafely(error);
    run.end();
    this.#releaseWhenOver();
    this.#delivery?.finish();
  }

  /** Completes the request; its answer is sent as the last thing of all, unless something goes on that may take longer. */
  #completeLast(value: unknown): void | Promise<void> {
    const delivery = this.#run.isLeft ? undefined : this.#delivery;
    if (delivery !== undefined) delivery.isHeld = true;
    try {
      return this.#complete(value);
    } finally {
      if (delivery !== undefined) delivery.isHeld = false;
    }
  }

  /** The handler has ended well, or has ended its response: sends what there is. */
  #complete(value: unknown): void | Promise<void> {
    const { response } = this.context;
    if (this.#phase === 'answered' || response.hasEnded) this.#refuse(value);
    if (this.#phase === 'answered') return;
    const answer = response.hasEnded ? undefined : value;
    if (response.isFlushed) return this.#completeStream(answer);
    const made = bodyOf(response, answer, this.handlerName);
    const body = typeof made === 'string' ? made : this.#lastingOf(made, answer);
    if (this.#run.session === undefined) this.#answerWith(body);
    else return this.#answerAfterSession(this.#run.session, body);
  }

  /** A body that the handler cannot write over when it has been given back: the host may take it only later. */
  #lastingOf(body: ResponseBody, value: unknown): ResponseBody {
    // What was written was copied when it was joined.
    const isReturned = body instanceof Uint8Array && value !== undefined;
    return isReturned && this.#run.lease?.isLentAgain === true ? new Uint8Array(body) : body;
  }

  /** A value that comes when the answer has been sent, or settled by `end()`, is not sent (aspnet-handlers.md I6). */
  #refuse(value: unknown): void {
    if (value === undefined || value === null) return;
    stopUnsent(value);
    if (this.cause !== undefined) return;
    this.report(
      new VerbenaError(
        'double-answer',
        `${this.handlerName} returned ${describeResult(value)} after it had ended the response; end the response or return a value`,
      ),
    );
  }

  async #completeStream(value: unknown): Promise<void> {
    if (value !== undefined && value !== null) {
      stopUnsent(value);
      throw new VerbenaError(
        'double-answer',
        `${this.handlerName} returned ${describeResult(value)} after flush(); write it instead`,
      );
    }
    // The first flush may still be on its way.
    const stream = await this.context.response.opening;
    await this.#run.session?.release();
    stream?.close();
  }

  /** Saves the session first, as its cookie goes with the head. */
  async #answerAfterSession(session: HttpSession, body: ResponseBody): Promise<void> {
    try {
      await session.release();
      // The time may have run out meanwhile.
      this.checkOpen();
    } catch (error) {
      if (isSource(body)) void stopSource(body);
      throw error;
    }
    this.#answerWith(body);
  }

  #answerWith(body: ResponseBody): void {
    const { response } = this.context;
    if (isSource(body)) {
      const name = this.handlerName;
      const length = DeclaredLength.in(response.headers, name);
      this.#answerStream(new ReadStream(body, name, (how, error) => this.#streamEnded(how, error), length));
      return;
    }
    const status = completeHead(response, body, this.host.verb);
    this.#answer(status, hasNoContent(this.host.verb, status) ? null : body);
  }

  #answerStream(stream: WriteStream | ReadStream): void {
    const status = completeHead(this.context.response, stream, this.host.verb);
    if (this.cause === CLIENT_GONE || hasNoContent(this.host.verb, status)) {
      // Nobody will read: what is written is swallowed, what is read from stops.
      stream.discard();
      this.#answer(status, null);
      return;
    }
    this.#stream = stream;
    this.interruption.watchClient();
    this.#answer(status, stream);
  }

  #answer(status: number, body: HostAnswer['body']): void {
    const { headers } = this.context.response;
    headers.seal();
    this.#deliver({ status, headers, body });
  }

  #deliver(answer: HostAnswer): void {
    this.#phase = 'answered';
    this.#answered = answer;
    this.#delivery?.deliver(answer);
  }

  /** Fails also where the error itself throws when it is looked at, as a revoked proxy does. */
  #failSafely(error: unknown): void {
    try {
      this.#fail(error);
    } catch {
      this.#fail(new Error(`${this.handlerName} failed with something that cannot be read`));
    }
  }

  #fail(error: unknown): void {
    this.#run.isSpoilt = true;
    void this.#run.session?.discard();
    const broken = this.#interruption?.explains(error) === true;
    if (!broken && !(error instanceof HttpException && error.status < 500)) this.#reportOnce(error);
    this.#failure = { error };
    if (this.#phase === 'streaming') {
      // What was written before end() is the answer, whatever happens afterwards.
      if (!this.context.response.hasEnded) this.#stream?.fail(error);
    } else if (this.#phase === 'open') {
      this.#answerProblem(broken ? this.cause?.answer : error);
    }
  }

  #answerProblem(error: unknown): void {
    this.#phase = 'answered';
    this.#deliver(
      failureAnswer(error, {
        host: this.host,
        response: this.context.response,
        development: this.#owner.development,
        allowed: () => this.#allowed(),
        report: (cause) => this.report(cause),
      }),
    );
  }

  /** What the path takes, but for the verb that was refused, or for all verbs of a mapping that refuses each of them. */
  #allowed(): readonly string[] {
    const { verb, path } = this.host;
    const refusing = this.route.info.kind === 'handler' && this.handler instanceof MethodNotAllowedHandler;
    return this.#owner.allowed(path, refusing ? this.route : undefined).filter((allowed) => allowed !== verb);
  }

  /** Answers what can still be answered, and gives the handler up if it does not stop. */
  interrupted(cause: InterruptionCause): void {
    this.#run.isSpoilt = true;
    if (this.#phase === 'open' && cause !== CLIENT_GONE) this.#answerProblem(cause.answer);
    else if (cause === CLIENT_GONE) this.#stream?.discard();
    else this.#stream?.fail(cause.reason);
    // A generator ends what it is at before it stops, as any handler may.
    void this.#run.stopGenerators();
    this.context.request.breakOff(cause.reason);
    if (!this.#run.hasEnded) this.#giveUpLater();
  }

  /** Gives the handler up where it is still at something when its time for that is over. */
  #giveUpLater(): void {
    const { abandonMs } = this.#owner;
    this.interruption.giveUpAfter(abandonMs, () => {
      const { cause } = this;
      if (this.#phase === 'open') this.#answerProblem(cause?.answer);
      const since = cause === undefined ? 'answered' : `broken off (${cause.reason.message})`;
      this.report(
        new VerbenaError(
          'abandoned',
          `${this.handlerName} went on for ${abandonMs} ms after ${this.title} had been ${since}, and was given up; have it heed context.signal`,
        ),
      );
      this.#release();
    });
  }

  #streamEnded(how: Parameters<StreamEnd>[0], error: unknown): void {
    if (this.#stream === undefined) return;
    this.#stream = undefined;
    if (how === 'cancelled') this.interruption.interrupt(CLIENT_GONE);
    else if (how === 'failed') {
      this.#run.isSpoilt = true;
      if (this.#interruption?.explains(error) !== true) this.#reportOnce(error);
      this.#failure = { error };
    }
    this.#releaseWhenOver();
  }

  #releaseWhenOver(): void {
    if (!this.#run.hasEnded || this.#stream !== undefined || this.#isReleased) return;
    // A filter may have put something else in the place of a generator.
    const stopping = this.#run.stopGenerators();
    if (stopping === undefined) {
      this.#release();
      return;
    }
    // One that was stopped is the handler's work as long as it ends what it is at.
    this.#giveUpLater();
    void stopping.then(() => this.#release());
  }

  #release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#interruption?.end();
    const released = this.#run.release();
    if (released === undefined && this.#scope?.isEmpty !== false) this.#over();
    else void this.#disposeAfter(released);
  }

  /** Disposes what was built for the request once the handler is back; a failure of one stops nothing. */
  async #disposeAfter(released: void | Promise<void>): Promise<void> {
    await released;
    for (const cause of (await this.#scope?.dispose()) ?? []) {
      this.report(new VerbenaError('release-failed', `Disposing what was built for ${this.title} failed`, { cause }));
    }
    this.#over();
  }

  #over(): void {
    this.#owner.over(this);
    this.#tellOver?.();
  }

  /** Reports what broke the answer off: a handler that flushes hears of its stream's failure, and a stream of its handler's. */
  #reportOnce(error: unknown): void {
    if (this.#failure === undefined || this.#failure.error !== error) this.report(error);
  }
}
