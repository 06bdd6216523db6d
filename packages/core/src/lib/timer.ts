/** The longest delay engines count, some 24 days; a longer one they take for the shortest. */
const LONGEST_MS = 2 ** 31 - 1;

/** Calls back after a delay; never after one too long to be counted, such as `Infinity`. */
export function startTimer(callback: () => void, delayMs: number): ReturnType<typeof setTimeout> | undefined {
  return delayMs <= LONGEST_MS ? setTimeout(callback, delayMs) : undefined;
}
