import { reasonOf } from '../stop.js';
import { stops } from './thread-task.js';

/**
 * The signal of an attempt in a thread. Events come only between turns of the thread's event loop, which work that keeps the
 * processor busy never lets come; so it looks at what is shared whenever it is asked whether it has aborted.
 */
export class ThreadSignal {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #stop: Int32Array;
  readonly #id: string;

  constructor(stop: Int32Array, id: string) {
    this.#stop = stop;
    this.#id = id;
    const { signal } = this.#controller;
    const isAborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted')?.get;
    Object.defineProperties(signal, {
      aborted: {
        get: () => {
          this.look();
          return isAborted?.call(signal) === true;
        },
      },
      throwIfAborted: {
        value: () => {
          this.look();
          AbortSignal.prototype.throwIfAborted.call(signal);
        },
      },
    });
    this.signal = signal;
  }

  /** Aborts if the attempt is to stop. */
  look(): void {
    const stop = stops[Atomics.load(this.#stop, 0)];
    if (stop !== undefined && this.#controller.signal.reason === undefined)
      this.#controller.abort(reasonOf(stop, this.#id));
  }
}
