import { VerbenaError } from './errors.js';
import type { ResponseHeaders } from './headers.js';

/**
 * Holds a body that comes piece by piece to the `content-length` of its head. On a connection that is kept, bytes beyond
 * it would be read as the next answer, and of one that is short the next answer would be read as its rest (RFC 9112, 6.3).
 */
export class DeclaredLength {
  readonly #declared: number;
  readonly #handler: string;
  #found = 0;

  /**
   * @param declared bytes the body is to have
   * @param handler name for messages
   */
  constructor(declared: number, handler: string) {
    this.#declared = declared;
    this.#handler = handler;
  }

  /** What is said of the length of a body that comes piece by piece; undefined where nothing is. */
  static in(headers: ResponseHeaders, handler: string): DeclaredLength | undefined {
    const declared = headers.get('content-length');
    return declared === null ? undefined : new DeclaredLength(Number(declared), handler);
  }

  /** Counts a piece before it is sent; gives `wrong-length` when it must not be, as it goes beyond what was declared. */
  add(bytes: number): VerbenaError | undefined {
    this.#found += bytes;
    return this.#found > this.#declared ? this.#fault('at least ') : undefined;
  }

  /** Gives `wrong-length` when the body ends too early. */
  finish(): VerbenaError | undefined {
    return this.#found < this.#declared ? this.#fault('') : undefined;
  }

  #fault(bound: string): VerbenaError {
    return new VerbenaError(
      'wrong-length',
      `${this.#handler} set a content-length of ${this.#declared}, and its body has ${bound}${this.#found} bytes; set the length that the body has, or none`,
    );
  }
}
