import { describe } from './class.js';
import type { DeclaredLength } from './declared-length.js';
import { VerbenaError } from './errors.js';
import type { AnswerStream, Chunk, PieceReader } from './host.js';
import { byteLength } from './length.js';

/** Told once how a stream came to its end, also when it was made to fail. */
export type StreamEnd = (how: 'complete' | 'cancelled' | 'failed', error?: unknown) => void;

type Step = IteratorResult<Chunk, undefined>;

const DONE: Step = { done: true, value: undefined };

/** The stream that `HttpResponse` writes into once it has been flushed. */
export class WriteStream implements AnswerStream {
  /** How much may wait to be taken before {@link room} makes the writer wait, in bytes. */
  static readonly HIGH_WATER_BYTES = 65_536;

  readonly #onEnd: StreamEnd;
  readonly #length: DeclaredLength | undefined;
  /** What was written and waits to be taken: the latest of it as it came, and the earlier backwards. */
  #latest: Chunk[] = [];
  #earlier: Chunk[] = [];
  #waitingBytes = 0;
  #reader: PieceReader | undefined;
  #writers: (() => void)[] = [];
  #closed = false;
  #over: { readonly error?: unknown } | undefined;
  #discarded = false;
  #onFailure: ((error: unknown) => void) | undefined;

  /** @param length what is to be written in all; the stream fails when it is more or less */
  constructor(onEnd: StreamEnd, length?: DeclaredLength) {
    this.#onEnd = onEnd;
    this.#length = length;
  }

  write(chunk: Chunk): void {
    if (this.#over !== undefined || chunk.length === 0) return;
    const fault = this.#length?.add(sizeOf(chunk));
    if (fault !== undefined) {
      // Without what waits to be taken: it might be just as much as was declared, and pass for the whole.
      this.#dropWaiting();
      this.fail(fault);
      return;
    }
    if (this.#reader !== undefined) {
      this.#takeReader()?.take(chunk);
      return;
    }
    this.#latest.push(chunk);
    this.#waitingBytes += sizeOf(chunk);
  }

  /** Resolves when the reader has caught up, or is gone. Rejects when the stream has failed. */
  room(): Promise<void> {
    // Where nobody reads, a writer that waits for nothing else must still let others run.
    if (this.#discarded) return new Promise((resolve) => setTimeout(resolve, 0));
    if (this.#over !== undefined && 'error' in this.#over) return Promise.reject(this.#over.error);
    if (this.#waitingBytes < WriteStream.HIGH_WATER_BYTES) return Promise.resolve();
    return new Promise((resolve) => this.#writers.push(resolve));
  }

  /** Ends the stream once everything written has been taken. */
  close(): void {
    this.#closed = true;
    const fault = this.#over === undefined ? this.#length?.finish() : undefined;
    if (fault !== undefined) this.fail(fault);
    else if (this.#reader !== undefined) this.#end({}, 'complete');
  }

  /** Lets everything written go nowhere: the message has no content, and nobody will read. */
  discard(): void {
    this.#discarded = true;
    void this.return();
  }

  /**
   * Ends the stream in a way the client cannot take for a proper end, also when it was closed and not yet taken whole.
   * What was written before can still be taken.
   */
  fail(error: unknown): void {
    // Over at once: a client that takes nothing any more must not keep the request alive.
    this.#end({ error }, 'failed');
  }

  pull(reader: PieceReader): void {
    const chunk = this.#oldest();
    if (chunk !== undefined) {
      this.#waitingBytes -= sizeOf(chunk);
      if (this.#waitingBytes < WriteStream.HIGH_WATER_BYTES) this.#wakeWriters();
      reader.take(chunk);
      return;
    }
    if (this.#over !== undefined) {
      tellEnd(reader, this.#over);
      return;
    }
    this.#reader = reader;
    if (this.#closed) this.#end({}, 'complete');
  }

  next(): Promise<Step> {
    return nextOf(this);
  }

  return(): Promise<Step> {
    this.#dropWaiting();
    this.#end({}, 'cancelled');
    return Promise.resolve(DONE);
  }

  onFailure(listener: (error: unknown) => void): void {
    this.#onFailure = listener;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(over: { readonly error?: unknown }, how: 'complete' | 'cancelled' | 'failed'): void {
    if (this.#over !== undefined) return;
    this.#over = over;
    this.#onEnd(how, over.error);
    const reader = this.#takeReader();
    if (reader !== undefined) tellEnd(reader, over);
    if (how === 'failed') this.#onFailure?.(over.error);
    this.#wakeWriters();
  }

  #dropWaiting(): void {
    this.#latest = [];
    this.#earlier = [];
    this.#waitingBytes = 0;
  }

  /** Taken off the front of one list, each of many pieces would have all that follow it moved. */
  #oldest(): Chunk | undefined {
    if (this.#earlier.length === 0 && this.#latest.length > 0) {
      this.#earlier = this.#latest.reverse();
      this.#latest = [];
    }
    return this.#earlier.pop();
  }

  #takeReader(): PieceReader | undefined {
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
  /** Whether `cancel()` gives a promise that settles when the author's code has ended what it is at, as a generator's does. */
  readonly isGenerator?: boolean;
}

/**
 * Stops a source that nobody will read to its end. Streams do not wait for it: one that hangs keeps no client.
 *
 * @returns settles when it has stopped, however that ended; never rejects
 */
export function stopSource(source: ChunkSource): Promise<void> {
  return new Promise((resolve) => resolve(source.cancel())).then(
    () => {},
    () => {},
  );
}

/** The stream of a body that a handler returned. */
export class ReadStream implements AnswerStream {
  readonly #source: ChunkSource;
  readonly #handler: string;
  readonly #onEnd: StreamEnd;
  readonly #length: DeclaredLength | undefined;
  #reader: PieceReader | undefined;
  #over: { readonly error?: unknown } | undefined;
  #onFailure: ((error: unknown) => void) | undefined;

  /**
   * @param handler name for messages
   * @param length what the source is to give in all; the stream fails when it is more or less
   */
  constructor(source: ChunkSource, handler: string, onEnd: StreamEnd, length?: DeclaredLength) {
    this.#source = source;
    this.#handler = handler;
    this.#onEnd = onEnd;
    this.#length = length;
  }

  pull(reader: PieceReader): void {
    if (this.#over !== undefined) {
      tellEnd(reader, this.#over);
      return;
    }
    this.#reader = reader;
    this.#ask();
  }

  next(): Promise<Step> {
    return nextOf(this);
  }

  return(): Promise<Step> {
    if (this.#over === undefined) {
      void stopSource(this.#source);
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
    void stopSource(this.#source);
    this.#end({ error }, 'failed');
  }

  onFailure(listener: (error: unknown) => void): void {
    this.#onFailure = listener;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Asks for the next step; without a function that waits for it, whose promise would be one more (`npm run bench`). */
  #ask(): void {
    try {
      // What authors have written may be there at once, too.
      Promise.resolve(this.#source.next()).then(this.#take, this.#refuse);
    } catch (error) {
      this.fail(error);
    }
  }

  readonly #take = (step: IteratorResult<unknown, unknown>): void => {
    // The client may have left, or the time run out, while the source was producing.
    if (this.#over !== undefined) return;
    try {
      this.#give(step);
    } catch (error) {
      this.fail(error);
    }
  };

  readonly #refuse = (error: unknown): void => this.fail(error);

  #give({ done, value }: IteratorResult<unknown, unknown>): void {
    const chunk = done === true ? undefined : chunkOf(value, this.#handler);
    const fault = chunk === undefined ? this.#length?.finish() : this.#length?.add(sizeOf(chunk));
    if (fault !== undefined) throw fault;
    if (chunk === undefined) this.#end({}, 'complete');
    else if (chunk.length === 0) this.#ask();
    else this.#takeReader()?.take(chunk);
  }

  #end(over: { readonly error?: unknown }, how: 'complete' | 'cancelled' | 'failed'): void {
    this.#over = over;
    this.#onEnd(how, over.error);
    const reader = this.#takeReader();
    if (reader !== undefined) tellEnd(reader, over);
    if (how === 'failed') this.#onFailure?.(over.error);
  }

  #takeReader(): PieceReader | undefined {
    const reader = this.#reader;
    this.#reader = undefined;
    return reader;
  }
}

/**
 * What a stream gave, as it is sent.
 *
 * @param handler name for messages
 * @throws VerbenaError `bad-result` when it is neither text nor bytes
 */
export function chunkOf(value: unknown, handler: string): Chunk {
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new VerbenaError(
    'bad-result',
    `A stream that ${handler} returned gave ${describe(value)}; it may give strings and bytes`,
  );
}

function sizeOf(chunk: Chunk): number {
  return typeof chunk === 'string' ? byteLength(chunk) : chunk.byteLength;
}

/** Tells whoever asks what a stream that is over has come to. */
function tellEnd(reader: PieceReader, over: { readonly error?: unknown }): void {
  if ('error' in over) reader.fail(over.error);
  else reader.end();
}

/** The next step of a stream as an iterator gives it. */
function nextOf(stream: AnswerStream): Promise<Step> {
  return new Promise((resolve, reject) => {
    stream.pull({ take: (value) => resolve({ done: false, value }), end: () => resolve(DONE), fail: reject });
  });
}
