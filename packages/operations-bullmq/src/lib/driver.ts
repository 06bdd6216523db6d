import type { OperationDriver } from '@verbena/operations/driver';
import type { Queue } from 'bullmq';
import { checkFitness } from './fitness.js';
import { JobQueues } from './job-queues.js';
import { Keys } from './keys.js';
import { RedisLink, type RedisPlace } from './link.js';
import { RedisQueue } from './redis-queue.js';
import { RedisSignal } from './redis-signal.js';
import { RedisStore } from './redis-store.js';
import { RunningAttempts } from './running-attempts.js';
import type { OnWarning } from './warning.js';

/** Where and how operations are kept and run. */
export interface BullmqOptions {
  /** Where Redis is: its URL, or the options of ioredis (also for Sentinel). */
  readonly connection: RedisPlace;
  /** Begins every key, so that installations can share a Redis. 1 to 100 characters, no braces. Default `verbena` */
  readonly prefix?: string;
  /** How long `start` tries to reach Redis, in milliseconds. Default 5,000 */
  readonly connectMs?: number;
  /**
   * How long a worker may be silent before others take its operations, in milliseconds: at least 1,000, the same in all processes.
   * A handler must not block the event loop for as long. Default 4,000
   */
  readonly lockMs?: number;
  /** Told of what works less well than it should: a Redis that may forget, a blocked event loop. Default: the console */
  readonly onWarning?: OnWarning;
}

/** The driver, and the queues it uses. */
export interface BullmqDriver extends OperationDriver {
  /** BullMQ's queue of a kind, for dashboards. To look at: what is changed there the records do not know of. */
  jobs(kind: string): Queue;
}

/**
 * Keeps operations in Redis and runs them by BullMQ, in as many processes as there are.
 *
 * @throws RangeError when an option is out of its range
 */
export function bullmq({
  connection,
  prefix = 'verbena',
  connectMs = 5_000,
  lockMs = 4_000,
  onWarning = (message) => console.warn(message),
}: BullmqOptions): BullmqDriver {
  if (!(lockMs >= 1_000)) throw new RangeError(`lockMs is at least 1,000, and ${lockMs} is not`);
  const keys = new Keys(prefix);
  const link = new RedisLink(connection);
  const store = new RedisStore(link, keys);
  const signal = new RedisSignal(link, keys);
  const queues = new JobQueues(link, keys);
  const running = new RunningAttempts();
  const queue = new RedisQueue({
    link,
    keys,
    queues,
    running,
    lockMs,
    warn: onWarning,
    hearCancellations: (cancelled) => signal.hearCancellations(cancelled),
  });
  store.onReported = (id, { value }) => running.latest(id)?.mirror(value);

  return {
    isLasting: true,
    store,
    queue,
    signal,
    jobs: (kind) => queues.of(kind),
    async start() {
      await link.open(connectMs, () => signal.resubscribe());
      await checkFitness(link, onWarning);
    },
    async close() {
      await queues.close();
      link.close();
    },
  };
}
