/** One for each tab that may stream: HTTP/1.1 gives six connections to all tabs together, and pages need some. */
const PLACES = [1, 2, 3, 4];

/** What tabs take turns by. Browsers offer it to pages from https and from this machine only; outside of pages there are no tabs. */
export const locks: LockManager | undefined = globalThis.document && navigator.locks;

/** Streams as soon as few enough tabs of the browser do, unless the signal aborts before. */
export function inTurn(stream: () => Promise<void>, signal: AbortSignal): void {
  if (!locks) return void stream();
  const waiting = new AbortController();
  const options = { signal: AbortSignal.any([signal, waiting.signal]) };
  const take = (): Promise<void> | undefined => {
    // Two places may become free at once.
    if (waiting.signal.aborted) return;
    waiting.abort();
    return stream();
  };
  // Each place is a lock. Who waited for one only would wait on while another is free. Those that are not taken reject.
  for (const place of PLACES) locks.request(`operations ${place}`, options, take).catch(() => {});
}
