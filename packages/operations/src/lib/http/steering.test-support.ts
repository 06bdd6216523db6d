import { defineOperation, type OperationContext, type OperationFunction } from '../../index.js';

/** The work of one attempt, as a test has it go on. */
export interface Work {
  readonly operation: OperationContext;
  readonly input: unknown;
  finish(result?: unknown): void;
  fail(error: unknown): void;
}

/** Operations whose work does what a test says, when it says so. */
export class Steering {
  readonly #works = new Map<string, Work>();
  readonly #waiting = new Map<string, (work: Work) => void>();
  /** Its input is whatever it was started with. */
  readonly operation: OperationFunction<unknown>;

  constructor(options: { readonly kind?: string; readonly cancellable?: boolean; readonly concurrency?: number } = {}) {
    const { kind = 'steered', cancellable = true, concurrency = 20_000 } = options;
    this.operation = defineOperation(
      kind,
      { concurrency, cancellable, cancelGraceMs: 50 },
      (input: unknown, operation: OperationContext) => this.#begin(input, operation),
    );
  }

  /** How many attempts have begun. */
  get begun(): number {
    return this.#works.size;
  }

  /** The work of an operation, once it has begun. */
  of(id: string): Promise<Work> {
    const work = this.#works.get(id);
    if (work !== undefined) return Promise.resolve(work);
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  #begin(input: unknown, operation: OperationContext): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(operation.signal.reason as Error);
      operation.signal.addEventListener('abort', stop);
      const work: Work = {
        operation,
        input,
        finish: resolve,
        fail: reject,
      };
      this.#works.set(operation.id, work);
      this.#waiting.get(operation.id)?.(work);
    });
  }
}
