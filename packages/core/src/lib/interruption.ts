import type { HostRequest } from './host.js';
import { HttpException } from './http-exception.js';
import { startTimer } from './timer.js';

/** Why a request was broken off, and what its client is told if it can still be told. */
export interface InterruptionCause {
  readonly reason: DOMException;
  readonly answer: HttpException;
}

export const CLIENT_GONE: InterruptionCause = {
  reason: new DOMException('The client went away', 'AbortError'),
  answer: new HttpException(499, undefined, { title: 'Client Closed Request' }),
};

export const CLOSING: InterruptionCause = {
  reason: new DOMException('The application is closing', 'AbortError'),
  answer: new HttpException(503, undefined, { headers: { connection: 'close' } }),
};

/** The handler itself wants nothing more sent, as to a client that takes nothing. */
export const BROKEN_OFF: InterruptionCause = {
  reason: new DOMException('The handler broke the answer off', 'AbortError'),
  answer: new HttpException(503),
};

/** Whose request may be broken off. */
export interface Interruptible {
  /** Told before the signal aborts, so that an answer need not wait for who listens to it. */
  interrupted(cause: InterruptionCause): void;
}

/** What may break one request off: its time, its client, its application or its handler. Happens at most once. */
export class Interruption {
  readonly #request: Interruptible;
  readonly #host: Pick<HostRequest, 'onClose'>;
  #cause: InterruptionCause | undefined;
  #controller: AbortController | undefined;
  #stopWatching: (() => void) | undefined;
  /** Runs until the request is broken off, and then until it is given up. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isGivingUp = false;
  #isOver = false;

  constructor(request: Interruptible, host: Pick<HostRequest, 'onClose'>) {
    this.#request = request;
    this.#host = host;
  }

  /** Why the request was broken off; nothing as long as it was not. */
  get cause(): InterruptionCause | undefined {
    return this.#cause;
  }

  /** Aborts with the cause's reason. Made when first asked for. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#cause !== undefined) this.#controller.abort(this.#cause.reason);
    }
    return this.#controller.signal;
  }

  /** Gives the request so much time from now on. One that was broken off has what is left until it is given up. */
  limitTime(timeoutMs: number, handler: string): void {
    if (this.#cause !== undefined) return;
    this.#clearTimer();
    this.#timer = startTimer(() => {
      this.interrupt({
        reason: new DOMException(`${handler} took longer than ${timeoutMs} ms`, 'TimeoutError'),
        answer: new HttpException(503, 'The answer took too long'),
      });
    }, timeoutMs);
  }

  /** Hears from the host when the client leaves; to be asked for only by requests that last. */
  watchClient(): void {
    if (!this.#isOver) this.#stopWatching ??= this.#host.onClose(() => this.interrupt(CLIENT_GONE));
  }

  /** Calls back when what was broken off, or what nobody waits for any more, has not ended within this time. */
  giveUpAfter(delayMs: number, giveUp: () => void): void {
    if (this.#isGivingUp || this.#isOver) return;
    this.#isGivingUp = true;
    this.#clearTimer();
    this.#timer = startTimer(giveUp, delayMs);
  }

  interrupt(cause: InterruptionCause): void {
    if (this.#cause !== undefined || this.#isOver) return;
    this.#cause = cause;
    this.#request.interrupted(cause);
    this.#controller?.abort(cause.reason);
  }

  /** The request is over: nothing breaks it off any more. */
  end(): void {
    this.#isOver = true;
    this.#clearTimer();
    this.#stopWatching?.();
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
  }

  /** Whether an error only passes on that the request was broken off. */
  explains(error: unknown): boolean {
    if (this.#cause === undefined) return false;
    return error === this.#cause.reason || (error instanceof Error && error.name === 'AbortError');
  }
}
