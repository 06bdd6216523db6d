const PATIENCE_MS = 15_000;

// Taken before a test replaces the clock.
const { setTimeout } = globalThis;

/**
 * For tests: resolves once a condition holds, by the true clock even where a test has another.
 *
 * @throws Error when it does not within fifteen seconds
 */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = process.hrtime()[0] * 1000 + PATIENCE_MS;
  while (!(await condition())) {
    if (process.hrtime()[0] * 1000 > deadline)
      throw new Error(`Waited ${PATIENCE_MS} ms in vain for: ${String(condition)}`);
    await moment();
  }
}

/** A few true milliseconds, for what goes over a socket while a test's clock stands. */
export async function moment(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5));
}
