import type { JobQueues } from './job-queues.js';
import type { Keys } from './keys.js';
import type { RedisLink } from './link.js';
import type { RunningAttempts } from './running-attempts.js';
import type { OnWarning } from './warning.js';

/** What a queue needs of the driver it belongs to. */
export interface QueueParts {
  readonly link: RedisLink;
  readonly keys: Keys;
  readonly queues: JobQueues;
  readonly running: RunningAttempts;
  readonly lockMs: number;
  readonly warn: OnWarning;
  /** Hears, from every process, which operations are to be cancelled. */
  readonly hearCancellations: (cancelled: (id: string) => void) => void;
}
