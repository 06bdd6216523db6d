import type { RedisLink } from './link.js';
import type { OnWarning } from './warning.js';

/** Puts operations of workers that are gone back into the queue. */
export class StallCheck {
  readonly #link: RedisLink;
  readonly #lockMs: number;
  readonly #warn: OnWarning;
  /** Renews the locks held here; false when Redis does not answer. */
  readonly #renew: () => Promise<boolean>;
  /** Moves jobs whose lock has run out. */
  readonly #move: () => Promise<unknown>;
  #timer: NodeJS.Timeout | undefined;
  #quietUntil = 0;
  #isChecking = false;
  #off: () => void = () => {};

  constructor(
    link: RedisLink,
    lockMs: number,
    warn: OnWarning,
    renew: () => Promise<boolean>,
    move: () => Promise<unknown>,
  ) {
    this.#link = link;
    this.#lockMs = lockMs;
    this.#warn = warn;
    this.#renew = renew;
    this.#move = move;
  }

  /** @param upForMs how long Redis has been running */
  start(upForMs: number): void {
    this.#keepQuiet(this.#lockMs - upForMs);
    this.#off = this.#link.onChange(() => this.#keepQuiet(this.#lockMs));
    this.#timer = setInterval(() => void this.#check(), this.#lockMs / 4).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#off();
  }

  /** Locks that ran out while nobody could renew them say nothing of their workers: those get time to come back. */
  #keepQuiet(ms: number): void {
    this.#quietUntil = Math.max(this.#quietUntil, performance.now() + ms);
  }

  async #check(): Promise<void> {
    if (this.#isChecking) return;
    this.#isChecking = true;
    try {
      const askedAt = performance.now();
      const isAnswered = await this.#renew();
      const now = performance.now();
      // A Redis that was away, or stood still, is one that others could not reach either.
      if (!isAnswered || now - askedAt > this.#lockMs / 4) this.#keepQuiet(this.#lockMs);
      else if (now >= this.#quietUntil) await this.#move();
    } catch (error) {
      this.#warn(`Looking for operations of lost workers failed: ${String(error)}`);
    } finally {
      this.#isChecking = false;
    }
  }
}
