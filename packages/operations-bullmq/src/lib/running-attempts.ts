import type { StopReason } from '@verbena/operations/driver';
import type { RunningAttempt } from './running-attempt.js';

/** The attempts that run in this process; of each operation the latest is the one that counts. */
export class RunningAttempts {
  readonly #attempts = new Set<RunningAttempt>();
  readonly #latest = new Map<string, RunningAttempt>();
  #emptied: (() => void)[] = [];

  get size(): number {
    return this.#attempts.size;
  }

  [Symbol.iterator](): IterableIterator<RunningAttempt> {
    return this.#attempts.values();
  }

  has(attempt: RunningAttempt): boolean {
    return this.#attempts.has(attempt);
  }

  latest(id: string): RunningAttempt | undefined {
    return this.#latest.get(id);
  }

  /** An earlier attempt at the same operation that still runs here has lost it, and is stopped. */
  add(attempt: RunningAttempt): void {
    this.#latest.get(attempt.id)?.stop('lost');
    this.#latest.set(attempt.id, attempt);
    this.#attempts.add(attempt);
  }

  delete(attempt: RunningAttempt): void {
    this.#attempts.delete(attempt);
    if (this.#latest.get(attempt.id) === attempt) this.#latest.delete(attempt.id);
    if (this.#attempts.size > 0) return;
    for (const emptied of this.#emptied.splice(0)) emptied();
  }

  stopAll(reason: StopReason): void {
    for (const attempt of this.#attempts) attempt.stop(reason);
  }

  /** Resolves when none runs, or the time is over. Tells whether none runs. */
  async whenNone(timeoutMs: number): Promise<boolean> {
    if (this.#attempts.size === 0) return true;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#emptied.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    return this.#attempts.size === 0;
  }
}
