import { type ChunkSource, stopSource } from './answer-stream.js';

type Step = IteratorResult<unknown, unknown>;

const DONE: Step = { done: true, value: undefined };

/** What a generator yields. Its first chunk is asked for at once, and given to whoever reads it then. */
export class StartedIterable implements ChunkSource, AsyncIterableIterator<unknown> {
  readonly #source: ChunkSource;
  #first: Step = DONE;
  #isFirstGiven = false;
  #isOver = false;
  /** Whether it was stopped before its end, so that it may still be at something. */
  wasStopped = false;
  #stopping: Promise<void> | undefined;
  /** Settles when the first chunk is there, or it is known that there is none; rejects when the generator fails before. */
  readonly started: Promise<void>;

  constructor(source: ChunkSource) {
    this.#source = source;
    this.started = this.#start();
  }

  /** Whether there is no chunk at all. */
  get isEmpty(): boolean {
    return this.#first.done === true;
  }

  /** The first chunk. */
  get first(): unknown {
    return this.#first.value;
  }

  next(): Promise<Step> {
    if (this.#isOver) return Promise.resolve(DONE);
    if (this.#isFirstGiven) return this.#ask();
    this.#isFirstGiven = true;
    return Promise.resolve(this.#first);
  }

  /** Stops the generator, unless it has come to its end. Gives a promise where it tells when it has ended what it is at. */
  cancel(): Promise<void> | undefined {
    if (this.#isOver) return this.#stopping;
    this.#isOver = true;
    this.wasStopped = true;
    const stopping = stopSource(this.#source);
    if (this.#source.isGenerator === true) this.#stopping = stopping;
    return this.#stopping;
  }

  async return(): Promise<Step> {
    await this.cancel();
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #start(): Promise<void> {
    this.#first = await this.#ask();
  }

  /** Asks for the next step; without a function that waits for it, whose promise would be one more (`npm run bench`). */
  #ask(): Promise<Step> {
    try {
      // What authors have written may be there at once, too.
      return Promise.resolve(this.#source.next()).then(this.#noteStep, this.#noteFailure);
    } catch (error) {
      this.#isOver = true;
      return Promise.reject(error);
    }
  }

  readonly #noteStep = (step: Step): Step => {
    if (step.done === true) this.#isOver = true;
    return step;
  };

  readonly #noteFailure = (error: unknown): never => {
    this.#isOver = true;
    throw error;
  };
}
