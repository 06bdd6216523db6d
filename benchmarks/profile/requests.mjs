import { measureWork, withRunning } from '../load/measure.mjs';
import { groupsOf } from '../load/peers.mjs';
import { works } from '../load/works.mjs';
import { sendRequests } from '../load/wrk.mjs';
import { sharesOf } from './shares.mjs';

/** @import { Shares } from './shares.mjs' */

/** Whose requests are looked into, each beside its bare host, and which. */
export const profiled = Object.freeze({
  peers: ['verbena-node', 'verbena-fastify'],
  works: ['hello', 'user', 'order'],
});

/**
 * @typedef {Shares & { microseconds: number }} RequestProfile with the processor time that one request takes
 */

/**
 * Where the time of requests goes. The profiler says how it divides, and processor time how much there is: a profiler makes what
 * it watches slower, and counts the time that other programs have the processor.
 *
 * @param {{ rounds: number, seconds: number }} settings
 * @param {(line: string) => void} say
 * @returns {Promise<Record<string, Record<string, RequestProfile>>>} by peer, bare hosts too, and work
 */
export async function profileRequests({ rounds, seconds }, say) {
  const found = {};
  for (const name of profiled.works) {
    for (const peer of profiled.peers) {
      const settings = { peers: [peer], starts: 1, rounds, seconds, warmUpSeconds: seconds };
      const measured = await measureWork(name, settings, () => {});
      const [group] = groupsOf(name, [peer]);
      const profiles = await withRunning(group, name, async (entries) => {
        const shares = [];
        for (const entry of entries) shares.push(await sharesIn(entry, works[name], seconds));
        return shares;
      });
      for (const [index, program] of group.entries()) {
        found[program.name] ??= {};
        found[program.name][name] = { microseconds: 1e6 / measured[program.name].rate, ...profiles[index] };
      }
      say(`profile: ${name} of ${peer}`);
    }
  }
  return found;
}

async function sharesIn({ port, headers, ask }, work, seconds) {
  const send = (forSeconds) => sendRequests(port, work, headers, forSeconds);
  await send(2 * seconds);
  await ask('profile');
  await send(3 * seconds);
  return sharesOf(await ask('profiled'));
}
