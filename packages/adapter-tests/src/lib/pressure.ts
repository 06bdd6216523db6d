import type { Served } from './stage.js';

const MEBIBYTE = 1_048_576;

/** Round trips without any progress that pass for a standstill. */
const QUIET_ROUND_TRIPS = 25;

/** Below what a sender must stop when nobody reads: what both sides hold, and what lies in the system's buffers. */
export function aheadLimitBytes({ hasSocket }: Served): number {
  // Linux lets the buffers of one connection grow to 4 MiB on the sending and 6 MiB on the receiving side.
  return (hasSocket ? 16 : 1) * MEBIBYTE;
}

/** Resolves when a count no longer grows, however often the host answers other requests (it must answer `/ping`). */
export async function untilItStalls({ fetch }: Served, count: () => number): Promise<void> {
  let last = count();
  for (let quiet = 0; quiet < QUIET_ROUND_TRIPS; quiet += 1) {
    await (await fetch('/ping')).text();
    await new Promise(setImmediate);
    if (count() === last) continue;
    last = count();
    quiet = 0;
  }
}
