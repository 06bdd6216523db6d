import { PerformanceObserver } from 'node:perf_hooks';

/** What a program says of its heap. */
export interface HeapReading {
  readonly usedBytes: number;
  /** How often rubbish was collected since the last question. */
  readonly collections: number;
}

/**
 * Answers the parent's `collect` and `read` with a {@link HeapReading}; the first collects all rubbish before it reads. Needs
 * `--expose-gc` for that.
 */
export function answerHeapQuestions(): void {
  let collections = 0;
  const watch = new PerformanceObserver((list) => (collections += list.getEntries().length));
  process.on('message', (question) => {
    if (question === 'collect') {
      watch.observe({ entryTypes: ['gc'] });
      gc?.();
    }
    const { heapUsed } = process.memoryUsage();
    // The observer hears of collections only when the loop has turned.
    setTimeout(() => {
      process.send?.({ usedBytes: heapUsed, collections } satisfies HeapReading);
      collections = 0;
    }, 20);
  });
}
