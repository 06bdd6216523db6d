/** The longest delay engines count, some 24 days; a longer one they take for the shortest. */
const LONGEST_MS = 2 ** 31 - 1;

/** Calls back after a delay; never after one too long to be counted. */
export function startTimer(callback: () => void, delayMs: number): ReturnType<typeof setTimeout> | undefined {
  return delayMs <= LONGEST_MS ? setTimeout(callback, delayMs) : undefined;
}

/** Resolves after a delay, or as soon as the signal aborts. */
export function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = startTimer(end, delayMs);
    signal?.addEventListener('abort', end);
  });
}

/** Resolves when a promise is settled, or after so long; however many wait for the same one, nothing is left of them. */
export async function settledWithin(limitMs: number, promise: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => {
    timer = startTimer(resolve, limitMs);
  });
  await Promise.race([promise.catch(() => {}), over]);
  clearTimeout(timer);
}
