import type { EnqueueOptions, OperationQueue, RunAttempt, WorkOptions } from '@verbena/operations/driver';
import { JobWorkers } from './job-workers.js';
import type { QueueParts } from './queue-parts.js';

/** Where a job waits: it can be taken out, and nobody works on it. */
const waiting: readonly string[] = ['waiting', 'delayed', 'prioritized', 'paused'];

/** Hands operations to workers by jobs of BullMQ, whose id is that of the operation and whose data says no more. */
export class RedisQueue implements OperationQueue {
  readonly #parts: QueueParts;
  #workers: JobWorkers | undefined;

  constructor(parts: QueueParts) {
    this.#parts = parts;
  }

  async enqueue(id: string, { kind, delayMs = 0 }: EnqueueOptions): Promise<void> {
    const { link, keys, queues } = this.#parts;
    const queue = queues.of(kind);
    await link.reach('enqueue an operation', async (redis) => {
      const add = () => queue.add(kind, { id }, { jobId: id, delay: delayMs });
      await add();
      // BullMQ takes a job of that id that is over for the one that was to be added.
      if ((await redis.hexists(queue.toKey(id), 'finishedOn')) === 1) {
        await queue.remove(id);
        await add();
      }
      await redis.zrem(keys.starting, id);
    });
  }

  async remove(id: string): Promise<boolean> {
    const { link, keys, queues } = this.#parts;
    return link.reach('take an operation out of its queue', async (redis) => {
      const kind = await redis.hget(keys.operation(id), 'kind');
      if (kind === null) return false;
      const queue = queues.of(kind);
      if (!waiting.includes(await queue.getJobState(id))) return false;
      return (await queue.remove(id)) === 1;
    });
  }

  async work(run: RunAttempt, { concurrency }: WorkOptions): Promise<void> {
    const workers = new JobWorkers(this.#parts, run);
    this.#workers = workers;
    this.#parts.hearCancellations((id) => this.#parts.running.latest(id)?.stop('cancel'));
    await workers.start(concurrency);
  }

  async drain(graceMs: number): Promise<void> {
    await this.#workers?.stop(graceMs);
  }
}
