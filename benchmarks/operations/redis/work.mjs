import { setTimeout as pause } from 'node:timers/promises';
import { defineOperation } from '@verbena/operations';

/** Nanoseconds of the monotonic clock, which processes of one machine share. */
export const now = () => String(process.hrtime.bigint());

/** Tells the time every so often, as `watchers.mjs` reads it, and when it is stopped. With a phase: so long after each full beat of the clock. */
export const clock = defineOperation(
  'clock',
  { repeatable: true, concurrency: 1_000 },
  async ({ forMs, everyMs, phaseMs }, { id, signal, report }) => {
    signal.addEventListener('abort', () => process.send?.({ id, stoppedAt: now() }));
    const startedAt = performance.now();
    if (phaseMs !== undefined) await pause(everyMs - ((Date.now() - phaseMs) % everyMs), undefined, { signal });
    // Beats are counted from the first: those that were late together would stay together.
    for (let due = performance.now(); due < startedAt + forMs; due += everyMs) {
      await pause(due - performance.now(), undefined, { signal });
      report({ value: null, message: `t${now()}` });
    }
  },
);

/** Reports as often as it can. */
export const storm = defineOperation('storm', {}, async ({ forMs }, { report }) => {
  const end = performance.now() + forMs;
  let count = 0;
  while (performance.now() < end) {
    for (let again = 0; again < 10_000; again += 1) report((count += 1) / 1e9);
    await pause(0);
  }
  return count;
});

export const settings = { operations: [clock, storm], ownerSecret: 'the same in every process', onWarning: () => {} };
