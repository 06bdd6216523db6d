import type { HttpContext } from './context.js';
import { isClass } from './class.js';
import { VerbenaError } from './errors.js';
import { bearFailure, isBeingRead, isRunning, stopUnsent } from './result.js';
import { isThenable } from './thenable.js';

/** Runs the rest of the request and gives what the handler returned. */
export type Next = () => Promise<unknown>;

/** Wraps a handler: acts before and after it, changes what it returned, or answers in its place. */
export type FilterFunction = (context: HttpContext, next: Next) => unknown;

/** A filter built by injection, anew for each request. */
export interface HttpFilter {
  filter(context: HttpContext, next: Next): unknown;
}

/** What `use` takes, outermost first. */
export type Filter = FilterFunction | (new (...dependencies: never[]) => HttpFilter);

/** The filters of one request around its handler, outermost first. Each may call `next` once. */
export class FilterRun {
  readonly #filters: readonly Filter[];
  readonly #context: HttpContext;
  readonly #handle: () => unknown;
  /** What each `next()` gave that takes time, or has failed. */
  readonly #rests: Rest[] = [];
  /** Streams that `next()` gave, for which filters may have answered with something else. */
  #streams: object[] | undefined;
  #isOver = false;

  /** @param handle has the handler answer */
  constructor(filters: readonly Filter[], context: HttpContext, handle: () => unknown) {
    this.#filters = filters;
    this.#context = context;
    this.#handle = handle;
  }

  /** Gives what the outermost filter returned. */
  start(): unknown {
    return this.#runFrom(0);
  }

  /** Whether there may be something to wait for, or to hear of. */
  get hasLeft(): boolean {
    return this.#rests.length > 0;
  }

  /** Whether something goes on that a filter did not wait for. */
  get isBusy(): boolean {
    return this.#rests.some(({ isOver }) => !isOver);
  }

  /** Resolves when nothing goes on any more, with what has failed without any filter waiting for it. */
  async ended(): Promise<readonly unknown[]> {
    // Some may begin while others end.
    for (const rest of this.#rests) await rest.over;
    return this.#rests.flatMap(({ isHeard, failure }) => (isHeard || failure === undefined ? [] : [failure.error]));
  }

  /**
   * The request is over: stops the streams filters were given, unless somebody has begun to read them.
   *
   * @param isSpoilt the request failed, so that they stop also where somebody reads: what reads may be left as well
   */
  end(isSpoilt: boolean): void {
    this.#isOver = true;
    for (const stream of this.#streams ?? []) if (isSpoilt || !isBeingRead(stream)) stopUnsent(stream);
  }

  /** Notes what `next()` gives, before any filter has it. */
  note(value: unknown): void {
    // Filters that pass it on are given the same again.
    if (!isRunning(value) || this.#streams?.includes(value) === true) return;
    bearFailure(value);
    (this.#streams ??= []).push(value);
    if (this.#isOver) stopUnsent(value);
  }

  #runFrom(index: number): unknown {
    const filter = this.#filters[index];
    if (filter === undefined) return this.#handle();
    let called = false;
    const run = (): unknown => {
      if (called) {
        const { verb, path } = this.#context.request;
        throw new VerbenaError(
          'next-repeated',
          `A filter called next() twice on ${verb} ${path}; it may run the handler once only`,
        );
      }
      called = true;
      return this.#runFrom(index + 1);
    };
    const next = (): Promise<unknown> => {
      try {
        const result = run();
        if (isThenable(result)) return this.#rest((resolve) => resolve(result));
        // What is there at once has neither to be waited for nor to be heard of.
        this.note(result);
        return Promise.resolve(result);
      } catch (error) {
        return this.#rest((_resolve, reject) => reject(error));
      }
    };
    return isFilterClass(filter)
      ? this.#context.resolve(filter).filter(this.#context, next)
      : filter(this.#context, next);
  }

  #rest(settle: ConstructorParameters<typeof Rest>[0]): Rest {
    const rest = new Rest(settle);
    rest.run = this;
    this.#rests.push(rest);
    return rest;
  }
}

/** What `next()` gives: a promise that knows whether anybody waits for it, and how it ended. Left alone, its failure harms nobody. */
class Rest extends Promise<unknown> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** Told what it gives. */
  run: FilterRun | undefined;
  isHeard = false;
  isOver = false;
  failure: { readonly error: unknown } | undefined;
  /** Resolves when it has settled. */
  readonly over: Promise<void> = super.then(
    (value) => {
      this.isOver = true;
      this.run?.note(value);
    },
    (error: unknown) => {
      this.isOver = true;
      this.failure = { error };
    },
  );

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise
  override then<Result = unknown, Failed = never>(
    ...reactions: Parameters<typeof Promise.prototype.then<Result, Failed>>
  ): Promise<Result | Failed> {
    this.isHeard = true;
    return super.then(...reactions);
  }
}

/** Whether a filter is to be built by injection. */
export function isFilterClass(filter: Filter): filter is new (...dependencies: never[]) => HttpFilter {
  return isClass(filter);
}
