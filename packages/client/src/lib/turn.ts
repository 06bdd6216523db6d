/** How many tabs may stream at a time: HTTP/1.1 gives six connections to all tabs together, and pages need some. */
const STREAMING_TABS = 4;

/** Whether tabs can take turns. Browsers offer locks to pages from https and from this machine only. */
export function canTakeTurns(): boolean {
  return globalThis.document !== undefined && navigator.locks !== undefined;
}

/**
 * Streams as soon as few enough tabs of the browser do.
 *
 * @throws the signal's reason, when it aborts before
 */
export async function inTurn(stream: () => Promise<void>, signal: AbortSignal): Promise<void> {
  if (!canTakeTurns()) return stream();
  // Each place is a lock. Tabs spread over them by how many have one already.
  const { held = [] } = await navigator.locks.query();
  await navigator.locks.request(`operations ${held.length % STREAMING_TABS}`, { signal }, stream);
}
