const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/**
 * How long to wait before the next try, in milliseconds: anything up to a bound that doubles with every failure, so that
 * pages which lost their server together do not come back together.
 *
 * @param failures how many tries have failed in a row, from 1
 */
export function backoffMs(failures: number): number {
  return Math.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
}

/** What `Retry-After` asks for in milliseconds, when it gives seconds; else 0. */
export function retryAfterMs(response: Response): number {
  return Number(response.headers.get('retry-after')) * 1000 || 0;
}
