import type { RedisLink } from './link.js';
import type { OnWarning } from './warning.js';

/** Puts operations of workers that are gone back into the queue. */
export class StallCheck {
  readonly #link: RedisLink;
  readonly #lockMs: number;
  readonly #warn: OnWarning;
  /** Renews the locks held here. Gives when Redis was asked to, if it answered. */
  readonly #renew: () => Promise<number | undefined>;
  /** Moves jobs whose lock has run out. */
  readonly #move: () => Promise<unknown>;
  #timer: NodeJS.Timeout | undefined;
  #quietUntil = 0;
  /** When Redis was asked what it answered last. */
  #heardAt = 0;
  #isChecking = false;
  #off: () => void = () => {};

  constructor(
    link: RedisLink,
    lockMs: number,
    warn: OnWarning,
    renew: () => Promise<number | undefined>,
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
    this.#heardAt = performance.now();
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
      const askedAt = await this.#renew();
      if (askedAt === undefined) return;
      const now = performance.now();
      // A Redis that was not heard of for as long as a lock that was renewed in time lasts is one that others could not reach either. One that
      // answers late, as on a machine that has too much to do, is no reason to leave operations with workers that are gone.
      if (now - this.#heardAt > (3 / 4) * this.#lockMs) this.#keepQuiet(this.#lockMs);
      this.#heardAt = askedAt;
      if (now >= this.#quietUntil) await this.#move();
    } catch (error) {
      this.#warn(`Looking for operations of lost workers failed: ${String(error)}`);
    } finally {
      this.#isChecking = false;
    }
  }
}
