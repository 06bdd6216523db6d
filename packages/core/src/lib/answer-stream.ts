import { VerbenaError } from './errors.js';
import type { AnswerStream } from './host.js';

/** Told once how a stream came to its end. */
export type StreamEnd = (how: 'complete' | 'cancelled' | 'failed', error?: unknown) => void;

type Step = IteratorResult<Uint8Array, undefined>;

/** Who waits for the next chunk. */
interface Reader {
  resolve(step: Step): void;
  reject(error: unknown): void;
}

const DONE: Step = { done: true, value: undefined };
const encoder = new TextEncoder();

/** The stream that `HttpResponse` writes into once it has been flushed. */
export class WriteStream implements AnswerStream {
  /** How much may wait to be taken before {@link room} makes the writer wait, in bytes. */
  static readonly HIGH_WATER_BYTES = 65_536;

  readonly #onEnd: StreamEnd;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #reader: Reader | undefined;
  #writers: (() => void)[] = [];
  #closed: { readonly error?: unknown } | undefined;
  #over = false;

  constructor(onEnd: StreamEnd) {
    this.#onEnd = onEnd;
  }

  write(chunk: string | Uint8Array): void {
    const bytes = typeof chunk === 'string' ? encoder.encode(chunk) : chunk;
    if (this.#over || bytes.byteLength === 0) return;
    if (this.#reader !== undefined) {
      this.#takeReader()?.resolve({ done: false, value: bytes });
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.byteLength;
  }

  /** Resolves when the reader has caught up, or is gone. */
  room(): Promise<void> {
    if (this.#over || this.#waitingBytes < WriteStream.HIGH_WATER_BYTES) return Promise.resolve();
    return new Promise((resolve) => this.#writers.push(resolve));
  }

  close(): void {
    this.#close({});
  }

  /** Lets everything written go nowhere: the message has no content, and nobody will read. */
  discard(): void {
    void this.return();
  }

  /** Ends the stream in a way the client cannot take for a proper end. */
  fail(error: unknown): void {
    this.#waiting = [];
    this.#close({ error });
  }

  next(): Promise<Step> {
    const chunk = this.#waiting.shift();
    if (chunk !== undefined) {
      this.#waitingBytes -= chunk.byteLength;
      if (this.#waitingBytes < WriteStream.HIGH_WATER_BYTES) this.#wakeWriters();
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#closed !== undefined) return this.#finish();
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  return(): Promise<Step> {
    this.#end('cancelled');
    this.#takeReader()?.resolve(DONE);
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #close(closed: { readonly error?: unknown }): void {
    if (this.#closed !== undefined || this.#over) return;
    this.#closed = closed;
    const reader = this.#takeReader();
    if (reader !== undefined) this.#finish().then(reader.resolve, reader.reject);
  }

  #finish(): Promise<Step> {
    if (this.#closed === undefined || !('error' in this.#closed)) {
      this.#end('complete');
      return Promise.resolve(DONE);
    }
    const { error } = this.#closed;
    this.#end('failed', error);
    return Promise.reject(error);
  }

  #end(how: 'complete' | 'cancelled' | 'failed', error?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#closed ??= {};
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#wakeWriters();
    this.#onEnd(how, error);
  }

  #takeReader(): Reader | undefined {
    const reader = this.#reader;
    this.#reader = undefined;
    return reader;
  }

  #wakeWriters(): void {
    const writers = this.#writers;
    this.#writers = [];
    for (const wake of writers) wake();
  }
}

/** Where a body's chunks come from, and how to stop it at once, also while it is producing one. */
export interface ChunkSource {
  next(): Promise<IteratorResult<unknown, unknown>>;
  cancel(): unknown;
}

/** The stream of a body that a handler returned. */
export class ReadStream implements AnswerStream {
  readonly #source: ChunkSource;
  readonly #onEnd: StreamEnd;
  #reader: Reader | undefined;
  #over: { readonly error?: unknown } | undefined;

  constructor(source: ChunkSource, onEnd: StreamEnd) {
    this.#source = source;
    this.#onEnd = onEnd;
  }

  next(): Promise<Step> {
    if (this.#over !== undefined)
      return 'error' in this.#over ? Promise.reject(this.#over.error) : Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      void this.#pull();
    });
  }

  return(): Promise<Step> {
    if (this.#over === undefined) {
      this.#cancelSource();
      this.#end({}, 'cancelled');
    }
    return Promise.resolve(DONE);
  }

  /** Stops the source: the message has no content, and nobody will read. */
  discard(): void {
    void this.return();
  }

  /** Ends the stream in a way the client cannot take for a proper end. */
  fail(error: unknown): void {
    if (this.#over !== undefined) return;
    this.#cancelSource();
    this.#end({ error }, 'failed');
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #pull(): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#source.next();
        // The client may have left, or the time run out, while the source was producing.
        if (this.#over !== undefined) return;
        if (done === true) {
          this.#end({}, 'complete');
          return;
        }
        const bytes = bytesOf(value);
        if (bytes.byteLength === 0) continue;
        const reader = this.#reader;
        this.#reader = undefined;
        reader?.resolve({ done: false, value: bytes });
        return;
      }
    } catch (error) {
      this.fail(error);
    }
  }

  #end(over: { readonly error?: unknown }, how: 'complete' | 'cancelled' | 'failed'): void {
    this.#over = over;
    this.#onEnd(how, over.error);
    if ('error' in over) this.#reader?.reject(over.error);
    else this.#reader?.resolve(DONE);
    this.#reader = undefined;
  }

  #cancelSource(): void {
    // Nobody waits for a source to stop: one that hangs must not keep the request alive.
    new Promise((resolve) => resolve(this.#source.cancel())).catch(() => {});
  }
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === 'string') return encoder.encode(chunk);
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  throw new VerbenaError(
    'bad-result',
    `A stream that a handler returned gave a chunk of type ${typeof chunk}; it may give strings and bytes`,
  );
}
