import { measureRounds, summaryOf, withRunning } from '../load/measure.mjs';
import { groupsOf } from '../load/peers.mjs';
import { works } from '../load/works.mjs';
import { sendRequests } from '../load/wrk.mjs';
import { sharesOf } from './shares.mjs';

/** @import { Shares } from './shares.mjs' */

/** Whose requests are looked into, each beside its bare host, and which. */
export const profiled = Object.freeze({
  peers: ['verbena-node', 'verbena-koa', 'verbena-fastify'],
  works: ['hello', 'user', 'order', 'stream'],
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
      const [group] = groupsOf(name, [peer]);
      const { rates, profiles } = await withRunning(group, name, async (entries) => {
        const settings = { rounds: 4 * rounds, seconds, warmUpSeconds: 2 * seconds };
        const rates = summaryOf([{ group, rounds: await measureRounds(entries, works[name], settings) }]);
        const profiles = [];
        for (const entry of entries) profiles.push(await sharesIn(entry, works[name], 3 * seconds));
        return { rates, profiles };
      });
      for (const [index, program] of group.entries()) {
        found[program.name] ??= {};
        found[program.name][name] = { microseconds: 1e6 / rates[program.name].rate, ...profiles[index] };
      }
      say(`profile: ${name} of ${peer}`);
    }
  }
  return found;
}

async function sharesIn({ port, headers, ask }, work, seconds) {
  await ask('profile');
  await sendRequests(port, work, headers, seconds);
  return sharesOf(await ask('profiled'));
}
