import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';

/** What a program says of itself. */
export interface Reading {
  /** Processor time since it began, its collector's and the operating system's for it included. */
  readonly cpuMicroseconds: number;
  readonly heapBytes: number;
  /** How often rubbish was collected since the last question. */
  readonly collections: number;
}

let collections = 0;
const watch = new PerformanceObserver((list) => (collections += list.getEntries().length));

export async function read(): Promise<Reading> {
  const { user, system } = process.cpuUsage();
  const { heapUsed } = process.memoryUsage();
  // The observer hears of collections only when the loop has turned.
  await setTimeout(20);
  const reading = { cpuMicroseconds: user + system, heapBytes: heapUsed, collections };
  collections = 0;
  return reading;
}

/** Reads after all rubbish has been collected, and counts collections from then on. Needs `--expose-gc`. */
export async function collect(): Promise<Reading> {
  watch.observe({ entryTypes: ['gc'] });
  gc?.();
  return read();
}
