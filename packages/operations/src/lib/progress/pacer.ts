/** How far apart flushes begin at least: five in a second. */
export const FLUSH_INTERVAL_MS = 200;

/**
 * Puts many touches together into few flushes: the first at once, the others at most once in each interval, one after another,
 * and the last never left out.
 */
export class Pacer {
  readonly #flush: () => Promise<void>;
  #lastAt = Number.NEGATIVE_INFINITY;
  #isDue = false;
  #isFlushing = false;
  #isStopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param flush never rejects */
  constructor(flush: () => Promise<void>) {
    this.#flush = flush;
  }

  touch(): void {
    if (this.#isDue || this.#isStopped) return;
    this.#isDue = true;
    if (!this.#isFlushing) this.#schedule();
  }

  /** Flushes no more. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    const waitMs = this.#lastAt + FLUSH_INTERVAL_MS - performance.now();
    // What is reported in one go belongs together, also at the leading edge.
    if (waitMs <= 0) queueMicrotask(() => void this.#run());
    else this.#timer = setTimeout(() => void this.#run(), waitMs);
  }

  async #run(): Promise<void> {
    if (this.#isStopped) return;
    this.#lastAt = performance.now();
    this.#isDue = false;
    this.#isFlushing = true;
    await this.#flush();
    this.#isFlushing = false;
    if (this.#isDue) this.#schedule();
  }
}
