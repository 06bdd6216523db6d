/** Ends something because of a signal; resolves when that is done. */
export type Closer = () => Promise<void>;

/** What is to be closed at each signal, of all that is served in this process. */
const CLOSERS = new Map<NodeJS.Signals, Set<Closer>>();

/** How long what else the process does may still take, in milliseconds. */
const REST_MS = 5_000;

/**
 * Has something closed when one of the signals comes. When all that is to be closed at this signal is, the process ends by
 * itself, with exit code 0, or 1 when closing failed; what keeps it alive any longer has five seconds.
 *
 * @returns stops waiting for signals, to be called as soon as it is being closed: the next signal then has its usual effect
 */
export function closeOn(signals: readonly NodeJS.Signals[], close: Closer): () => void {
  for (const signal of signals) {
    const closers = CLOSERS.get(signal);
    if (closers !== undefined) {
      closers.add(close);
      continue;
    }
    process.on(signal, closeAll);
    CLOSERS.set(signal, new Set([close]));
  }
  return () => {
    for (const signal of signals) {
      const closers = CLOSERS.get(signal);
      if (closers?.delete(close) !== true || closers.size > 0) continue;
      CLOSERS.delete(signal);
      process.off(signal, closeAll);
    }
  };
}

function closeAll(signal: NodeJS.Signals): void {
  const closers = [...(CLOSERS.get(signal) ?? [])];
  Promise.all(closers.map((close) => close())).then(leave, (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
    leave();
  });
}

function leave(): void {
  // It keeps nothing alive itself: where nothing else does, the process has ended before.
  setTimeout(() => {
    const rest = process.getActiveResourcesInfo().join(', ');
    console.warn(`All is closed, and the process is ended although something else keeps it alive: ${rest}`);
    process.exit();
  }, REST_MS).unref();
}
