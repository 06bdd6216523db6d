import { setTimeout } from 'node:timers/promises';

const PATIENCE_MS = 60_000;

/**
 * For tests: resolves once a condition holds.
 *
 * @throws Error when it does not within a minute
 */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited ${PATIENCE_MS} ms in vain for: ${String(condition)}`);
    await setTimeout(20);
  }
}
