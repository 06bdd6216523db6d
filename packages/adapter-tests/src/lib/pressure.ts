import type { Ports } from './connection.js';
import type { Served } from './stage.js';

const MEBIBYTE = 1_048_576;

/** The most a host may hold of what is on its way to or from a client that takes or gives nothing, in bytes. */
export const HELD_LIMIT_BYTES: number = MEBIBYTE;

/** What Linux lets lie in the buffers of one connection: 4 MiB on the sending and 6 MiB on the receiving side. */
const SYSTEM_LIMIT_BYTES = 10 * MEBIBYTE;

/** Round trips without any progress that pass for a standstill. */
const QUIET_ROUND_TRIPS = 25;

/** Below what a sender must stop when nobody reads: what both sides hold, and what lies in the system's buffers. */
export function aheadLimitBytes({ hasSocket }: Served): number {
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

/**
 * What a host holds, in bytes, when all stands still. What is just on its way from one buffer into another is in neither when it is
 * looked for, so that the least of several looks counts where the first is more than may be.
 */
export async function heldBytes(served: Served, look: () => Promise<number>): Promise<number> {
  let least = await look();
  for (let looks = 1; least > HELD_LIMIT_BYTES && looks < QUIET_ROUND_TRIPS; looks += 1) {
    await (await served.fetch('/ping')).text();
    least = Math.min(least, await look());
  }
  return least;
}

/**
 * What lies in the system's buffers of a connection within this machine, in bytes: sent by one end, and not yet taken by
 * the other. Where the system does not tell, the most that it may be.
 */
export async function bytesUnderWay({ client, host }: Ports, to: keyof Ports): Promise<number> {
  const [sender, receiver] = to === 'client' ? [host, client] : [client, host];
  const { readFile } = await import('node:fs/promises');
  // Sockets of IPv4 and of IPv6, which speaks IPv4 as well.
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'latin1').catch(() => '')),
  );
  let bytes: number | undefined;
  for (const [, local, remote, sending, receiving] of tables.join('').matchAll(SOCKET)) {
    const [from, towards] = [Number.parseInt(local ?? '', 16), Number.parseInt(remote ?? '', 16)];
    if (from === sender && towards === receiver) bytes = (bytes ?? 0) + Number.parseInt(sending ?? '', 16);
    if (from === receiver && towards === sender) bytes = (bytes ?? 0) + Number.parseInt(receiving ?? '', 16);
  }
  return bytes ?? SYSTEM_LIMIT_BYTES;
}

/** A line of the system's tables: both ports, and what waits to be sent and to be read, as hexadecimal numbers. */
const SOCKET = /^ *\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]{2} ([0-9A-F]{8}):([0-9A-F]{8})/gm;
