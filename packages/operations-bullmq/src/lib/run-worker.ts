import { createOperations, type Operations, type OperationsOptions } from '@verbena/operations';
import { bullmq, type BullmqOptions } from './driver.js';

/** What a process that runs operations, and answers no requests, is told. */
export interface RunWorkerOptions extends BullmqOptions, Omit<OperationsOptions, 'driver' | 'runs' | 'onWarning'> {
  /** The same as in the processes that start operations. */
  readonly ownerSecret: string;
  /** How long handlers may go on once the worker is told to stop, in milliseconds. Default 10,000 */
  readonly graceMs?: number;
  /** What tells the process to stop. Default `SIGTERM` and `SIGINT` */
  readonly signals?: readonly NodeJS.Signals[];
}

/** A worker that runs until it is stopped. */
export interface RunningWorker {
  readonly operations: Operations;
  /** Has handlers stop, leaves to other workers what can be repeated, and lets go of Redis. Calling it again gives the same promise. */
  stop(): Promise<void>;
}

/** How long a process may live on after its worker has stopped: a handler that was given up could keep it for ever. */
const LINGER_MS = 1_000;

/**
 * Runs operations in this process, until it is told to stop. While Redis is away it waits.
 *
 * @throws OperationsStartupError listing every fault of the listed operations
 */
export function runWorker(options: RunWorkerOptions): RunningWorker {
  const { connection, prefix, connectMs, lockMs, graceMs = 10_000, signals = ['SIGTERM', 'SIGINT'] } = options;
  const place = { connection, prefix, connectMs, lockMs, onWarning: options.onWarning };
  const { operations: listed, container, results, ownerSecret, maxThreads, onError, onWarning } = options;
  const driver = bullmq(given(place));
  const operations = createOperations(
    given({ operations: listed, container, results, ownerSecret, maxThreads, onError, onWarning, driver }),
  );
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    for (const signal of signals) process.off(signal, leave);
    stopping ??= operations.close({ graceMs });
    return stopping;
  };
  const leave = (): void => {
    void stop().finally(() => setTimeout(() => process.exit(), LINGER_MS).unref());
  };
  for (const signal of signals) process.once(signal, leave);
  return { operations, stop };
}

/** The members that are not undefined: what is left out has its default. */
function given<Members extends object>(
  members: Members,
): { [Name in keyof Members]: Exclude<Members[Name], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  // Only members that were undefined are gone, and those the type of the receiver lets go.
  return Object.fromEntries(entries) as { [Name in keyof Members]: Exclude<Members[Name], undefined> };
}
