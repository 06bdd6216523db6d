import { setTimeout as pause } from 'node:timers/promises';
import { defineOperation } from '@verbena/operations';

/** Nanoseconds of the monotonic clock, which processes of one machine share. */
export const now = () => String(process.hrtime.bigint());

/** Tells the time every so often, as `watchers.mjs` reads it, and when it is stopped. */
export const clock = defineOperation(
  'clock',
  { repeatable: true, concurrency: 1_000 },
  async ({ forMs, everyMs }, { id, signal, report }) => {
    signal.addEventListener('abort', () => process.send?.({ id, stoppedAt: now() }));
    const end = performance.now() + forMs;
    while (performance.now() < end) {
      report({ value: null, message: `t${now()}` });
      await pause(everyMs, undefined, { signal });
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
