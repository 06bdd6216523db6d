import { OperationsError } from './errors.js';
import { pause } from './timer.js';

/** How long a store may be away until what was to be done with it is given up. */
const LIMIT_MS = 60_000;

/**
 * Does something with the store, and again for as long as it is away: what runs is not to fail because of that.
 *
 * @param signal ends the trying
 * @throws OperationsError `engine-away` when it is away for too long
 */
export async function patiently<Answer>(ask: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
  const giveUpAt = performance.now() + LIMIT_MS;
  for (let delayMs = 100; ; delayMs = Math.min(2 * delayMs, 2_000)) {
    try {
      return await ask();
    } catch (error) {
      const isAway = error instanceof OperationsError && error.code === 'engine-away';
      if (!isAway || signal?.aborted === true || performance.now() > giveUpAt) throw error;
      await pause(delayMs, signal);
    }
  }
}
