import type { OperationView } from './view.js';
import { isTerminal } from './view.js';
import type { WatchListener } from './watch-hub.js';

/** What subscribing gives. */
type Subscribe = (listener: WatchListener) => Promise<{ readonly operation: OperationView; close(): void } | undefined>;

/** Views as they come; of those that come while nobody asks, the newest. */
export async function* watchLatest(
  subscribe: Subscribe,
  signal?: AbortSignal,
): AsyncGenerator<OperationView, undefined> {
  if (signal?.aborted === true) return;
  let next: OperationView | undefined;
  let isOver = false;
  let wake: (() => void) | undefined;
  const end = (): void => {
    isOver = true;
    wake?.();
  };
  signal?.addEventListener('abort', end);
  let watching: Awaited<ReturnType<Subscribe>>;
  try {
    watching = await subscribe({
      changed: (operation) => {
        next = operation;
        wake?.();
      },
      ended: end,
    });
    if (watching === undefined) return;
    for (let operation = watching.operation; ; ) {
      yield operation;
      if (isTerminal(operation)) return;
      while (next === undefined) {
        if (isOver) return;
        await new Promise<void>((resolve) => (wake = resolve));
      }
      operation = next;
      next = undefined;
    }
  } finally {
    signal?.removeEventListener('abort', end);
    watching?.close();
  }
}
