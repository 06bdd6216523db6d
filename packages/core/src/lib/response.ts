import { ResponseCookies } from './cookies.js';
import { VerbenaError } from './errors.js';
import { ResponseHeaders } from './headers.js';
import { contentTypeOf } from './media-type.js';
import type { WriteStream } from './answer-stream.js';

/** What a response asks of whoever runs the request. */
export interface ResponseOwner {
  /** Sends status, headers and what was written; resolves with the stream that takes what is written from now on. */
  flush(): Promise<WriteStream>;
  /** Told that nothing more will be written; only while no stream is open. */
  end(): void;
  /** Ends the request where it stands. */
  breakOff(): void;
  /** @throws the reason why the request was broken off, when it was */
  checkGoingOn(): void;
}

/** Thrown by `end()` to leave a handler that is still in its synchronous part; caught by whoever runs the request. */
export class EndSignal extends Error {
  override readonly name: string = 'EndSignal';

  constructor() {
    super(
      'response.end() left the handler by throwing this; let it pass in a catch, and await the promise it rejects, or call end() there after an await, where it does not throw',
    );
  }
}

/**
 * The response a handler builds. Status, headers and body are data until `flush()` or until the handler has ended;
 * then they are sent. After the first `flush()`, what is written goes out as it comes.
 */
export class HttpResponse {
  readonly headers: ResponseHeaders = new ResponseHeaders();
  readonly #owner: ResponseOwner;
  #cookies: ResponseCookies | undefined;
  #status: number | undefined;
  #written: (string | Uint8Array)[] | undefined;
  #flushing: Promise<WriteStream> | undefined;
  #stream: WriteStream | undefined;
  #ended = false;

  /** Whether `end()` is to leave the handler by throwing: true while its synchronous part runs. @internal */
  unwinds = false;

  /** @internal */
  constructor(owner: ResponseOwner) {
    this.#owner = owner;
  }

  /** Status code. Default 200, or 204 when nothing is written and nothing returned. */
  get status(): number {
    return this.#status ?? 200;
  }

  /**
   * @throws RangeError outside 200 to 599
   * @throws VerbenaError `response-flushed` once the headers have been sent
   */
  set status(status: number) {
    if (this.isFlushed)
      throw new VerbenaError(
        'response-flushed',
        `Setting the status to ${status} came after it had been sent; set it before the first yield of a generator, and before the first flush()`,
      );
    if (!Number.isInteger(status) || status < 200 || status > 599)
      throw new RangeError(`A response takes a status from 200 to 599, not ${status}`);
    this.#status = status;
  }

  /** The `Content-Type`, or null. Set it to a media type or to `html`, `json`, `text` or `xml`; text is sent as UTF-8. */
  get type(): string | null {
    return this.headers.get('content-type');
  }

  set type(type: string) {
    this.headers.set('content-type', contentTypeOf(type));
  }

  get cookies(): ResponseCookies {
    this.#cookies ??= new ResponseCookies(this.headers);
    return this.#cookies;
  }

  /** Whether status and headers have been sent, so that they can no longer change. */
  get isFlushed(): boolean {
    return this.#flushing !== undefined || this.headers.isSealed;
  }

  /**
   * Adds to the body. Before the first `flush()` it is kept, after that it is sent.
   *
   * @throws VerbenaError `response-ended` after `end()`
   */
  write(chunk: string | Uint8Array): void {
    if (this.#ended)
      throw new VerbenaError('response-ended', 'Writing came after the response had ended; write before end()');
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) {
      throw new TypeError(
        `write() takes a string or bytes, not ${chunk === null ? 'null' : typeof chunk}; return a value to have it sent as JSON`,
      );
    }
    if (this.#stream === undefined) (this.#written ??= []).push(chunk);
    else this.#stream.write(chunk);
  }

  /**
   * Sends status, headers and what has been written. Resolves when the client has taken enough of it that writing on
   * makes sense, so awaiting it keeps memory bounded. Rejects with the reason of `context.signal` when that has aborted.
   */
  flush(): Promise<void> {
    const flushed = this.#flush();
    // Who does not wait for it may leave its failure alone: it is the request's failure as well.
    flushed.catch(() => {});
    return flushed;
  }

  /**
   * Ends the response: nothing more can be written, and the client gets its end. In the synchronous part of a handler
   * no later statement runs (aspnet-handlers.md I6); after an `await` it returns.
   *
   * @param chunk last piece of the body
   */
  end(chunk?: string | Uint8Array): void {
    if (chunk !== undefined) this.write(chunk);
    this.#ended = true;
    if (this.#stream !== undefined) this.#stream.close();
    else if (this.#flushing !== undefined)
      void this.#flushing.then(
        (stream) => stream.close(),
        () => {},
      );
    else if (!this.unwinds) this.#owner.end();
    if (this.unwinds) throw new EndSignal();
  }

  /**
   * Breaks the answer off, also while its client takes nothing: what was sent cannot pass for the whole, what was not is
   * dropped, and `context.signal` aborts. Where nothing was sent yet the client gets 503.
   */
  close(): void {
    this.#owner.breakOff();
  }

  /**
   * Sends the client elsewhere; what was written is dropped.
   *
   * @param url absolute or relative; characters that may not stand in a URL are percent-encoded
   * @param status 300 to 399. Default 302
   * @throws TypeError when the URL holds a line break or another control character
   * @throws VerbenaError `response-flushed` once the headers have been sent
   */
  redirect(url: string, status = 302): void {
    if (!Number.isInteger(status) || status < 300 || status > 399)
      throw new RangeError(`redirect() takes a status from 300 to 399, not ${status}`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
    if (/[\u0000-\u001f\u007f]/.test(url))
      throw new TypeError(
        `Redirecting to ${JSON.stringify(url)} was refused: a URL holds no line breaks or control characters`,
      );
    this.status = status;
    this.headers.set('location', url.replace(/[^\x21-\x7e]+/g, encodeLenient));
    this.#written = undefined;
  }

  /** The status, or undefined when the handler left it alone. @internal */
  get chosenStatus(): number | undefined {
    return this.#status;
  }

  /** Whether `end()` was called. @internal */
  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Takes what was written. @internal */
  takeWritten(): readonly (string | Uint8Array)[] {
    const written = this.#written;
    this.#written = undefined;
    return written ?? NOTHING;
  }

  /** What was written and not sent yet. @internal */
  get written(): readonly (string | Uint8Array)[] {
    return this.#written ?? NOTHING;
  }

  /** The stream of the first flush; undefined before it. @internal */
  get opening(): Promise<WriteStream> | undefined {
    return this.#flushing;
  }

  async #flush(): Promise<void> {
    this.#flushing ??= this.#open();
    const stream = await this.#flushing;
    await stream.room();
    this.#owner.checkGoingOn();
  }

  async #open(): Promise<WriteStream> {
    const stream = await this.#owner.flush();
    for (const chunk of this.takeWritten()) stream.write(chunk);
    this.#stream = stream;
    return stream;
  }
}

const NOTHING: readonly never[] = [];

/** Percent-encodes as UTF-8; a lone surrogate, which UTF-8 does not have, as the replacement character. */
function encodeLenient(text: string): string {
  return encodeURI(text.replace(/[\ud800-\udfff]/gu, '\ufffd'));
}
