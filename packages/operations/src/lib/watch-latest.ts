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
  if (isAborted(signal)) return;
  let next: OperationView | undefined;
  let isOver = false;
  let wake: (() => void) | undefined;
  const end = (): void => {
    isOver = true;
    wake?.();
  };
  const watching = await subscribe({
    changed: (operation) => {
      next = operation;
      wake?.();
    },
    ended: end,
  });
  if (watching === undefined) return;
  signal?.addEventListener('abort', end);
  try {
    for (let operation: OperationView | undefined = watching.operation; ; operation = next) {
      next = undefined;
      if (operation !== undefined) {
        yield operation;
        if (isTerminal(operation)) return;
      }
      if (isAborted(signal) || (isOver && next === undefined)) return;
      if (next === undefined) await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal?.removeEventListener('abort', end);
    watching.close();
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
