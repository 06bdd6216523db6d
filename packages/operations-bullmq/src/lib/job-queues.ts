import { Queue } from 'bullmq';
import type { Keys } from './keys.js';
import type { RedisLink } from './link.js';

/** What BullMQ keeps of jobs that are over, for bull-board: records are kept elsewhere. Ages in seconds. */
export const keptJobs = {
  removeOnComplete: { count: 200, age: 3_600 },
  removeOnFail: { count: 1_000, age: 86_400 },
} as const;

/** BullMQ's queues, one for each kind, all on the connection for commands. */
export class JobQueues {
  readonly #link: RedisLink;
  readonly #keys: Keys;
  readonly #queues = new Map<string, Queue>();

  constructor(link: RedisLink, keys: Keys) {
    this.#link = link;
    this.#keys = keys;
  }

  of(kind: string): Queue {
    const known = this.#queues.get(kind);
    if (known !== undefined) return known;
    const queue = new Queue(this.#keys.queue(kind), {
      connection: this.#link.command,
      prefix: this.#keys.jobs,
      // A queue that may be made while Redis is away: it waits for nothing, and asks for nothing. Workers do wait, and ask for the version:
      // without it BullMQ blocks for whole seconds.
      skipWaitingForReady: true,
      skipVersionCheck: true,
      defaultJobOptions: keptJobs,
      // Nobody reads BullMQ's stream of events but bull-board's visitors.
      streams: { events: { maxLen: 1_000 } },
    });
    queue.on('error', () => {});
    this.#queues.set(kind, queue);
    return queue;
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#queues.values()].map((queue) => queue.close()));
  }
}
