/** How many tabs may stream at a time: HTTP/1.1 gives six connections to all tabs together, and pages need some. */
const STREAMING_TABS = 4;

/** What tabs take turns by. Browsers offer it to pages from https and from this machine only; outside of pages there are no tabs. */
export const locks: LockManager | undefined = globalThis.document && navigator.locks;

/**
 * Streams as soon as few enough tabs of the browser do.
 *
 * @throws the signal's reason, when it aborts before
 */
export async function inTurn(stream: () => Promise<void>, signal: AbortSignal): Promise<void> {
  if (!locks) return stream();
  // Each place is a lock. Tabs spread over them by how many have one already.
  const { held = [] } = await locks.query();
  await locks.request(`operations ${held.length % STREAMING_TABS}`, { signal }, stream);
}
