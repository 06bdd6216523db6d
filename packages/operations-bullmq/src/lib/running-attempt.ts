import type { Attempt, StopReason } from '@verbena/operations/driver';
import type { Job } from 'bullmq';

/** How often bull-board's bar is moved, at most: each move is an event in BullMQ's stream. */
const MIRROR_EVERY_MS = 1_000;

/** One attempt that runs in this process, with the lock it holds. */
export class RunningAttempt implements Attempt {
  readonly id: string;
  readonly kind: string;
  readonly token: string;
  readonly number: number;
  readonly signal: AbortSignal;
  readonly #job: Job;
  readonly #controller = new AbortController();
  #mirroredAt = -Infinity;

  constructor(job: Job, kind: string, token: string, number: number) {
    // Every job of ours has an id: it is that of its operation.
    this.id = job.id!;
    this.kind = kind;
    this.token = token;
    this.number = number;
    this.signal = this.#controller.signal;
    this.#job = job;
  }

  stop(reason: StopReason): void {
    this.#controller.abort(reason);
  }

  /** Shows progress to whoever looks at the job itself. Never what is not a number: it ends every reader of BullMQ's events. */
  mirror(value: number | null): void {
    const now = performance.now();
    if (value === null || now - this.#mirroredAt < MIRROR_EVERY_MS) return;
    this.#mirroredAt = now;
    this.#job.updateProgress(Math.floor(value * 100)).catch(() => {});
  }
}
