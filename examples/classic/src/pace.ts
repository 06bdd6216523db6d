import { setTimeout } from 'node:timers/promises';

/** How fast runs go. Registered as a value, so that a slower, faster or hand-driven pace can take its place. */
export class Pace {
  /** @param restMs rest between two slices of a run, in milliseconds */
  constructor(private readonly restMs: number) {}

  /**
   * Resolves when a run may take its next slice; in between, other work has its turn.
   *
   * @throws DOMException `AbortError` when the signal aborts
   */
  async rest(signal: AbortSignal): Promise<void> {
    await setTimeout(this.restMs, undefined, { signal });
  }
}
