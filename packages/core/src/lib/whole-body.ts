import { VerbenaError } from './errors.js';
import type { BodyReader } from './host.js';
import { HttpException } from './http-exception.js';

/** The bytes of a body as they come together, for however many ask for them. Never longer than its limit. */
export class WholeBody implements BodyReader {
  readonly #limitBytes: number;
  /** Most bodies come in one chunk and are asked for once, so that lists are made for the others only. */
  #first: Uint8Array | undefined;
  #rest: Uint8Array[] | undefined;
  #length = 0;
  #bytes: Uint8Array | undefined;
  #failure: { readonly reason: unknown } | undefined;
  #isSettled = false;
  #waiting: (() => void) | undefined;
  #alsoWaiting: (() => void)[] | undefined;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** What is made of the bytes when all are there. One promise for all of it costs a third of a chain (`npm run bench`, order). */
  as<Value>(make: (bytes: Uint8Array) => Value): Promise<Value> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        if (this.#failure !== undefined) {
          reject(this.#failure.reason);
          return;
        }
        try {
          resolve(make((this.#bytes ??= this.#joined())));
        } catch (error) {
          reject(error);
        }
      };
      if (this.#isSettled) settle();
      else if (this.#waiting === undefined) this.#waiting = settle;
      else (this.#alsoWaiting ??= []).push(settle);
    });
  }

  take(chunk: Uint8Array): void {
    if (this.#failure !== undefined) throw this.#failure.reason;
    this.#length += chunk.byteLength;
    if (this.#length > this.#limitBytes) throw tooLarge(this.#limitBytes);
    if (this.#first === undefined) this.#first = chunk;
    else (this.#rest ??= []).push(chunk);
  }

  end(): void {
    this.#settle();
  }

  fail(cause: unknown): void {
    this.stop(reasonOf(cause));
  }

  /** Lets whoever asks, now or later, fail with this reason, unless all bytes are there. */
  stop(reason: unknown): void {
    if (this.#isSettled) return;
    this.#failure = { reason };
    this.#settle();
  }

  #settle(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#waiting?.();
    for (const settle of this.#alsoWaiting ?? []) settle();
  }

  #joined(): Uint8Array {
    if (this.#first !== undefined && this.#rest === undefined) return this.#first;
    const whole = new Uint8Array(this.#length);
    let offset = 0;
    for (const chunk of this.#first === undefined ? [] : [this.#first, ...(this.#rest ?? [])]) {
      whole.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return whole;
  }
}

/** That a body breaks off is the client's doing, and no unexpected error; that somebody else has read it is not. */
export function reasonOf(cause: unknown): unknown {
  return cause instanceof HttpException || cause instanceof VerbenaError
    ? cause
    : new HttpException(400, 'The body broke off before its end', { cause });
}

export function tooLarge(limitBytes: number): HttpException {
  return new HttpException(413, `The body is longer than ${limitBytes} bytes`);
}
