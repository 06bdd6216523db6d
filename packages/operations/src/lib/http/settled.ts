import type { Operations } from '../operations.js';
import { isTerminal, type OperationView } from '../view.js';

/**
 * Waits for an operation to come to its end, but not for ever: gives how it stood when it ended, when the time was over, or when the
 * signal aborted. Undefined when it is not known.
 */
export async function settled(
  operations: Operations,
  id: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<OperationView | undefined> {
  let latest: OperationView | undefined;
  let stop = (): void => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const watching = await operations.subscribe(id, {
    changed(operation) {
      latest = operation;
      if (isTerminal(operation)) stop();
    },
    ended: () => stop(),
  });
  if (watching === undefined) return undefined;
  latest ??= watching.operation;
  const timer = setTimeout(stop, timeoutMs);
  signal.addEventListener('abort', stop, { once: true });
  if (!isTerminal(latest) && !signal.aborted) await stopped;
  signal.removeEventListener('abort', stop);
  clearTimeout(timer);
  watching.close();
  return latest;
}
