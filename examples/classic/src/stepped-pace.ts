import { Pace } from './pace.js';

/** A pace for tests: every run rests until it is told to go on. */
export class SteppedPace extends Pace {
  #allowed = 0;
  #resting: (() => void)[] = [];

  constructor() {
    super(0);
  }

  override async rest(signal: AbortSignal): Promise<void> {
    while (this.#allowed === 0) {
      signal.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        this.#resting.push(resolve);
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      });
    }
    this.#allowed -= 1;
  }

  /** Lets runs take some slices more; there are a hundred in each run. */
  allow(slices: number): void {
    this.#allowed += slices;
    for (const wake of this.#resting.splice(0)) wake();
  }

  /** Lets runs go on without another rest. */
  letGo(): void {
    this.allow(Number.POSITIVE_INFINITY);
  }
}
