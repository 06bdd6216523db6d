import type { RunAttempt } from '@verbena/operations/driver';
import { DelayedError, type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import { inTime } from './in-time.js';
import { keptJobs } from './job-queues.js';
import { LockKeeper } from './lock-keeper.js';
import type { QueueParts } from './queue-parts.js';
import { RunningAttempt } from './running-attempt.js';
import { takeScript } from './scripts/take.js';
import { StallCheck } from './stall-check.js';

/** How long BullMQ may take to tell Redis what came of jobs that are over, and to close. */
const CLOSE_MS = 1_000;

/** BullMQ's workers of one process, one for each kind, and what keeps their locks. */
export class JobWorkers {
  readonly #parts: QueueParts;
  readonly #run: RunAttempt;
  readonly #keeper: LockKeeper;
  readonly #stallCheck: StallCheck;
  #workers: readonly Worker[] = [];
  #isStopping = false;

  constructor(parts: QueueParts, run: RunAttempt) {
    const { link, keys, running, lockMs, warn } = parts;
    this.#parts = parts;
    this.#run = run;
    this.#keeper = new LockKeeper(link, keys, running, lockMs, warn);
    this.#stallCheck = new StallCheck(
      link,
      lockMs,
      warn,
      () => this.#keeper.renew(),
      () => Promise.all(this.#workers.map((worker) => worker.getBackend().moveStalledJobsToWait())),
    );
  }

  async start(concurrency: ReadonlyMap<string, number>): Promise<void> {
    // One that cannot tell has not been there for long.
    const info = await this.#parts.link.reach('see how long it runs', (redis) => redis.info('server')).catch(() => '');
    if (this.#isStopping) return;
    const upForMs = Number(/uptime_in_seconds:(\d+)/.exec(info)?.[1] ?? 0) * 1_000;
    this.#workers = [...concurrency].map(([kind, atOnce]) => this.#worker(kind, atOnce));
    this.#keeper.start();
    this.#stallCheck.start(upForMs);
  }

  /** Takes no more, stops what runs, and waits for it so long; what still runs then is left to other workers. */
  async stop(graceMs: number): Promise<void> {
    const { running } = this.#parts;
    this.#isStopping = true;
    this.#stallCheck.stop();
    await Promise.all(this.#workers.map((worker) => worker.pause(true)));
    running.stopAll('shutdown');
    const isDone = await running.whenNone(graceMs);
    // BullMQ waits for jobs, and for Redis, without an end.
    await inTime(CLOSE_MS, Promise.all(this.#workers.map((worker) => worker.close(!isDone)))).catch(() => {});
    this.#keeper.stop();
  }

  #worker(kind: string, concurrency: number): Worker {
    const { link, keys, lockMs, warn } = this.#parts;
    // The signal that BullMQ would give belongs to a job, and ours to an attempt: see LockKeeper.
    const processor = (job: Job, token: string | undefined) => this.#process(kind, job, token!);
    const worker = new Worker(keys.queue(kind), processor, {
      ...keptJobs,
      connection: link.worker,
      prefix: keys.jobs,
      concurrency,
      lockDuration: lockMs,
      // Redis wakes whoever has waited longest, which may be a worker that stands still: nobody waits longer than a second.
      drainDelay: 1,
      stalledInterval: Math.round(lockMs / 5),
      // Whether an operation may be taken again is for its runner to say, not for a count.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      skipLockRenewal: true,
      skipStalledCheck: true,
    });
    worker.on('error', (cause) => {
      // A job that was lost cannot be ended by who lost it, and of a connection that breaks the link tells: that is as it should be.
      if (link.isUp && !('syscall' in cause) && !/lock|not in the active state|Missing key/i.test(cause.message)) {
        warn(`A worker of "${kind}" met an error: ${String(cause)}`);
      }
    });
    return worker;
  }

  async #process(kind: string, job: Job, token: string): Promise<void> {
    const { link, keys, running } = this.#parts;
    const id = job.id!;
    const lock = `${keys.job(kind, id)}:lock`;
    const number = (await takeScript.run(link.worker, keys.tag, id, [lock, token])) as number;
    if (number < 1) return;
    // A job can still come in while BullMQ is being paused.
    if (this.#isStopping) await putBack(job, token);

    const attempt = new RunningAttempt(job, kind, token, number);
    running.add(attempt);
    try {
      const { retryInMs } = await this.#run(attempt);
      if (retryInMs === 0) await putBack(job, token);
      if (retryInMs !== undefined) {
        await job.moveToDelayed(Date.now() + retryInMs, token);
        throw new DelayedError();
      }
    } finally {
      running.delete(attempt);
    }
    await this.#showOutcome(id);
  }

  /** A job ends as its operation has, for whoever looks at jobs. */
  async #showOutcome(id: string): Promise<void> {
    const { link, keys } = this.#parts;
    const [state, error] = await link.worker.hmget(keys.operation(id), 'state', 'error');
    if (state === 'failed')
      throw new UnrecoverableError((JSON.parse(error ?? '{}') as { title?: string }).title ?? state);
    if (state === 'cancelled') throw new UnrecoverableError(state);
  }
}

/** Leaves a job to the next worker, which may be this one. */
async function putBack(job: Job, token: string): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}
