import { medianOf } from '../spread.mjs';

/** @import { Router } from './routers.mjs' */
/** @import { Asked } from './table.mjs' */

const warmUps = 30;
const rounds = 80;

/** How often a router searches for all requests in a round: what the routers before it left of the caches has to be its own again. */
const passes = 5;

/** So few paths are still in the processor's cache when they are looked at, as one is that has just arrived. */
const batchSize = 200;

/**
 * Nanoseconds for one search, for each router: all requests in turn, one router after another, many times over; the median.
 * Each path is a new string every time, as it is when it arrives from a socket: an engine keeps with a string what it has
 * once worked out about it, its hash above all.
 *
 * @param {Readonly<Record<string, Router>>} routers
 * @param {readonly Asked[]} requests
 * @returns {Record<string, number>}
 */
export function searchTimes(routers, requests) {
  const entries = Object.entries(routers).map(([name, { find }]) => ({ name, find, search: newLoop(), times: [] }));
  const batches = inBatches(requests);
  const visits = Array.from({ length: passes }, () => batches).flat();
  for (let round = 0; round < warmUps + rounds; round += 1) {
    for (const { find, search, times } of entries) {
      let nanoseconds = 0;
      for (const batch of visits) {
        const asked = arriving(batch);
        const start = process.hrtime.bigint();
        search(find, asked);
        nanoseconds += Number(process.hrtime.bigint() - start);
      }
      if (round >= warmUps) times.push(nanoseconds / (passes * requests.length));
    }
    entries.push(entries.shift());
  }
  return Object.fromEntries(entries.map(({ name, times }) => [name, medianOf(times)]));
}

/**
 * A loop of its own for each router: the engine learns about one what it would spoil for the others in a shared one. What is
 * found is looked at, or the search could be left out.
 *
 * @returns {(find: Router['find'], requests: readonly Pick<Asked, 'verb' | 'path'>[]) => number}
 */
function newLoop() {
  // oxlint-disable-next-line typescript/no-implied-eval -- only a new function has learnt nothing
  return new Function(
    'find',
    'requests',
    `let found = 0;
     for (let index = 0; index < requests.length; index += 1) {
       const request = requests[index];
       if (find(request.verb, request.path) != null) found += 1;
     }
     return found;`,
  );
}

function inBatches(requests) {
  const count = Math.ceil(requests.length / batchSize);
  return Array.from({ length: count }, (_, index) => requests.slice(index * batchSize, (index + 1) * batchSize));
}

/** The requests with paths that nobody has looked at, each in one piece. */
function arriving(requests) {
  return requests.map(({ verb, path }) => ({ verb, path: Buffer.from(path).toString('latin1') }));
}
