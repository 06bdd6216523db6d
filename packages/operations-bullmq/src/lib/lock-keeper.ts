import type { Keys } from './keys.js';
import type { RedisLink } from './link.js';
import type { RunningAttempt } from './running-attempt.js';
import type { RunningAttempts } from './running-attempts.js';
import { renewScript } from './scripts/take.js';
import type { OnWarning } from './warning.js';

/**
 * Keeps the locks of the attempts that run here, and stops those that have lost theirs. BullMQ's own renewal knows one attempt per job: where
 * a lost one ends in the process that took the job again, it would let go of the lock of the other.
 */
export class LockKeeper {
  readonly #link: RedisLink;
  readonly #keys: Keys;
  readonly #running: RunningAttempts;
  readonly #lockMs: number;
  readonly #warn: OnWarning;
  #timer: NodeJS.Timeout | undefined;
  #renewal: Promise<number | undefined> | undefined;
  #tickedAt = 0;

  constructor(link: RedisLink, keys: Keys, running: RunningAttempts, lockMs: number, warn: OnWarning) {
    this.#link = link;
    this.#keys = keys;
    this.#running = running;
    this.#lockMs = lockMs;
    this.#warn = warn;
  }

  start(): void {
    this.#tickedAt = performance.now();
    this.#timer = setInterval(() => this.#tick(), this.#lockMs / 2).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Renews all locks now. Gives when Redis was asked to, if it answered. */
  renew(): Promise<number | undefined> {
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #renew(): Promise<number | undefined> {
    const askedAt = performance.now();
    const attempts = new Map([...this.#running].map((attempt) => [attempt.token, attempt]));
    const values = [...attempts.values()].flatMap((attempt) => this.#lockOf(attempt));
    try {
      const lost = await this.#link.reach('keep locks', (redis) =>
        renewScript.run(redis, this.#keys.tag, '', [this.#lockMs, ...values]),
      );
      for (const token of lost as string[]) this.#lose(attempts.get(token)!);
      return askedAt;
    } catch {
      // While Redis is away nobody else can take them either. They are renewed when it is back.
      return undefined;
    }
  }

  #lockOf({ id, kind, token, number }: RunningAttempt): (string | number)[] {
    const job = this.#keys.job(kind, id);
    return [`${job}:lock`, token, id, number, job.slice(0, -id.length - 1)];
  }

  #lose(attempt: RunningAttempt): void {
    if (attempt.signal.aborted || !this.#running.has(attempt)) return;
    attempt.stop('lost');
    const message = `Attempt ${attempt.number} at ${attempt.id} ("${attempt.kind}") is stopped: another worker has taken the operation, or it is gone`;
    this.#warn(message);
  }

  #tick(): void {
    const now = performance.now();
    const lateMs = Math.round(now - this.#tickedAt - this.#lockMs / 2);
    this.#tickedAt = now;
    if (lateMs > this.#lockMs / 2 && this.#running.size > 0) {
      const kinds = [...new Set([...this.#running].map(({ kind }) => `"${kind}"`))].join(', ');
      const message = `The event loop was blocked for ${lateMs} ms while ${kinds} ran here; after ${this.#lockMs} ms other workers take such operations. Work that keeps the processor busy belongs into a thread`;
      this.#warn(message);
    }
    void this.renew();
  }
}
