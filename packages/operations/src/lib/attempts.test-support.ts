export interface Deferred {
  readonly promise: Promise<void>;
  resolve(): void;
}

/** A promise, and what fulfils it. */
export function deferred(): Deferred {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve: () => resolve() };
}

/** Resolves once a signal has aborted. */
export function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
}
