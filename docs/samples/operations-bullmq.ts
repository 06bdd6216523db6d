import { setTimeout as pause } from 'node:timers/promises';
import { createOperations, Operation, type OperationContext, type OperationHandler } from '@verbena/operations';
import { bullmq, runWorker } from '@verbena/operations-bullmq';

interface Year {
  readonly year: number;
}

@Operation('make-report', { repeatable: true, concurrency: 4 })
export class MakeReport implements OperationHandler<Year, string> {
  async run({ year }: Year, { report, signal }: OperationContext) {
    for (let month = 0; month < 12; month += 1) {
      report({ done: month, total: 12, unit: 'months' });
      await pause(5, undefined, { signal });
    }
    return `Report of ${year}`;
  }
}

const ownerSecret = process.env.OWNER_SECRET ?? 'a long secret, the same in every process';

// #region web
/** In the processes that answer requests: they start operations and watch them. */
export function openOperations(redisUrl: string) {
  const driver = bullmq({ connection: redisUrl });
  const operations = createOperations({ operations: [MakeReport], driver, ownerSecret, runs: false });
  return { operations, driver };
}
// #endregion web

// #region worker
/** In the processes that do the work: no server, no port. */
export function startWorker(redisUrl: string) {
  return runWorker({ operations: [MakeReport], connection: redisUrl, ownerSecret, graceMs: 10_000 });
}
// #endregion worker
