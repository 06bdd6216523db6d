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

/** What may break one request off: its time, its client, its application or its handler. Happens at most once. */
export class Interruption {
  readonly #onInterrupt: (cause: InterruptionCause) => void;
  #cause: InterruptionCause | undefined;
  #controller: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  /** @param onInterrupt told before the signal aborts, so that an answer need not wait for who listens to it */
  constructor(onInterrupt: (cause: InterruptionCause) => void) {
    this.#onInterrupt = onInterrupt;
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

  /** Gives the request so much time from now on; no limit when undefined. */
  limitTime(timeoutMs: number | undefined, handler: string): void {
    this.#clearTimer();
    if (timeoutMs === undefined) return;
    this.#timer = startTimer(() => {
      this.interrupt({
        reason: new DOMException(`${handler} took longer than ${timeoutMs} ms`, 'TimeoutError'),
        answer: new HttpException(503, 'The answer took too long'),
      });
    }, timeoutMs);
  }

  interrupt(cause: InterruptionCause): void {
    if (this.#cause !== undefined || this.#isOver) return;
    this.#cause = cause;
    this.#onInterrupt(cause);
    this.#controller?.abort(cause.reason);
  }

  /** The request is over: nothing breaks it off any more. */
  end(): void {
    this.#isOver = true;
    this.#clearTimer();
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
