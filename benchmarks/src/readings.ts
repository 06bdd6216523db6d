import { PerformanceObserver } from 'node:perf_hooks';

/** What a program says of itself. */
export interface Reading {
  /** Processor time since it began, its collector's and the operating system's for it included. */
  readonly cpuMicroseconds: number;
  readonly heapBytes: number;
  /** How often rubbish was collected since the last question. */
  readonly collections: number;
}

/**
 * Answers the parent's `collect` and `read` with a {@link Reading}; the first collects all rubbish before it reads. Needs
 * `--expose-gc` for that.
 */
export function answerQuestions(): void {
  let collections = 0;
  const watch = new PerformanceObserver((list) => (collections += list.getEntries().length));
  process.on('message', (question) => {
    if (question === 'collect') {
      watch.observe({ entryTypes: ['gc'] });
      gc?.();
    }
    const { user, system } = process.cpuUsage();
    const { heapUsed } = process.memoryUsage();
    // The observer hears of collections only when the loop has turned.
    setTimeout(() => {
      process.send?.({ cpuMicroseconds: user + system, heapBytes: heapUsed, collections } satisfies Reading);
      collections = 0;
    }, 20);
  });
}
