import { again, isOurs, peers } from '../load/peers.mjs';
import { rowTitle } from '../load/tables.mjs';
import { tableOf } from '../table.mjs';
import { reasons } from './reasons.mjs';

/**
 * What Verbena is to reach. Whether it does is decided by the numbers of each run; only why it does not, where it does not, is
 * written by hand.
 *
 * @typedef {object} Target
 * @property {string} title
 * @property {'at least' | 'at most'} direction
 * @property {number} bound
 * @property {string} [unit]
 * @property {(results: Record<string, object>) => Record<string, number>} measure what it is, by what it was measured of
 * @property {(results: Record<string, object>) => string} reason why it may be missed, and what it would take
 */

const third = 1 / 3;

/** @type {readonly Target[]} */
export const targets = [
  toHost('verbena-node', 0.98, ['hello']),
  toHost('verbena-node', 0.95, ['user']),
  toHost('verbena-node', 0.92, ['order']),
  toHost('verbena-koa', 0.95),
  toHost('verbena-express', 0.93),
  toHost('verbena-fastify', 0.93),
  toPlain('a factory, of the same without, on every host', 0.97, 'factory'),
  toPlain('a dependency of the request\u2019s own, of the same without, on every host', 0.85, 'scoped'),
  {
    title: 'a search in `HandlerMap`, times find-my-way',
    direction: 'at most',
    bound: 1,
    measure: ({ matching: { tables } }) =>
      Object.fromEntries(
        Object.entries(tables)
          .filter(([, times]) => 'find-my-way' in times)
          .map(([size, times]) => [routes(size), times.HandlerMap.median / times['find-my-way'].median]),
      ),
    reason: reasons.search,
  },
  {
    title: 'a search among 10,000 routes, times one among 10',
    direction: 'at most',
    bound: 2.5,
    measure: ({ matching: { tables } }) => ({
      '`HandlerMap`': tables[10_000].HandlerMap.median / tables[10].HandlerMap.median,
    }),
    reason: reasons.growth,
  },
  {
    title: 'a search among 1,000 wildcard patterns',
    direction: 'at most',
    bound: 1,
    unit: ' µs',
    measure: ({ matching: { tables } }) => ({ '`HandlerMap`': tables.wildcards.HandlerMap.median / 1000 }),
    reason: reasons.wildcards,
  },
  {
    title: 'a handler borrowed from a pool and given back',
    direction: 'at most',
    bound: 60,
    unit: ' ns',
    measure: ({ start: { poolNanoseconds } }) => ({ pool: poolNanoseconds }),
    reason: reasons.pool,
  },
  {
    title: 'from the first import to the first answer, times NestJS on Fastify',
    direction: 'at most',
    bound: third,
    measure: ({ start }) => {
      const [own, other] = ['verbena-node', 'nest-fastify'].map((peer) => start.apps[peer][10]);
      return {
        time: own.wholeMs / other.wholeMs,
        heap: own.heapBytes / other.heapBytes,
        'all memory': own.rssBytes / other.rssBytes,
      };
    },
    reason: reasons.start,
  },
  {
    title: 'a handler bundled for the edge, gzipped',
    direction: 'at most',
    bound: 20,
    unit: ' KiB',
    measure: ({ start }) => ({ 'loaded at once': start.bundles['a handler on @verbena/core'].gzipped / 1024 }),
    reason: reasons.bundle,
  },
];

/**
 * @param {Record<string, object>} results by part
 * @returns {string} a row for each target
 */
export function targetsTable(results) {
  return tableOf(
    ['what', 'is to be', 'is', ''],
    targets.map((target) => {
      const found = target.measure(results);
      const [furthest] = fromFurthest(target, found);
      return [
        target.title,
        boundOf(target),
        shown(target, found, [furthest]),
        isMissed(target, found[furthest]) ? 'missed' : 'holds',
      ];
    }),
  );
}

/**
 * Each target that is missed, with all that misses it, and why.
 *
 * @param {Record<string, object>} results by part
 * @returns {string}
 */
export function missedTargets(results) {
  /** Several targets may be missed for one reason, which is given once. */
  const missed = new Map();
  for (const target of targets) {
    const found = target.measure(results);
    const missing = fromFurthest(target, found).filter((of) => isMissed(target, found[of]));
    if (missing.length === 0) continue;
    const line = `* **${target.title}**: ${boundOf(target)} was wanted, ${shown(target, found, missing)} found`;
    missed.set(target.reason, [...(missed.get(target.reason) ?? []), line]);
  }
  return Array.from(missed, ([reason, lines]) => `${lines.join('\n')}\n\n${reason(results)}`).join('\n\n');
}

/** How far the bare host is off itself, which no other ratio can be surer than. */
export function certainty({ load }) {
  const off = Object.values(load.works)
    .flatMap(({ programs }) => programs[again('node-http')]?.toHost.median ?? [])
    .map((median) => Math.abs(1 - median));
  return off.length === 0 ? undefined : Math.max(...off);
}

function toHost(peer, bound, works) {
  const { title, host } = peers[peer];
  return {
    title: `\`${title}\` of bare ${peers[host].title}, ${works?.join(', ') ?? 'every work'}`,
    direction: 'at least',
    bound,
    measure: ({ load }) =>
      Object.fromEntries(
        Object.entries(load.works)
          .filter(([work]) => works?.includes(work) ?? true)
          .map(([work, { programs }]) => [work, programs[peer].toHost.median]),
      ),
    reason: reasons[peer],
  };
}

/** What the means of a work cost, on the host where they cost the most. */
function toPlain(title, bound, work) {
  return {
    title,
    direction: 'at least',
    bound,
    measure: ({ load }) =>
      Object.fromEntries(
        Object.entries(load.works[work].programs)
          .filter(([name, { toPlain: ratio }]) => isOurs(name) && ratio !== undefined)
          .map(([name, { toPlain: ratio }]) => [rowTitle(name), ratio.median]),
      ),
    reason: reasons[work],
  };
}

/** What is judged is what is shown. */
function isMissed({ direction, bound }, value) {
  const rounded = Number(value.toFixed(2));
  return direction === 'at least' ? rounded < bound : rounded > Number(bound.toFixed(2));
}

function fromFurthest({ direction }, found) {
  const names = Object.keys(found).sort((one, other) => found[one] - found[other]);
  return direction === 'at least' ? names : names.reverse();
}

function shown({ unit }, found, names) {
  return names.map((name) => `${amount(found[name], unit)} (${name})`).join(', ');
}

function boundOf({ direction, bound, unit }) {
  return `${direction === 'at least' ? '≥' : '≤'} ${bound === third ? '1/3' : amount(bound, unit)}`;
}

function amount(value, unit) {
  return unit === undefined ? value.toFixed(2) : `${value.toFixed(1)}${unit}`;
}

function routes(size) {
  return `${Number(size).toLocaleString('en')} routes`;
}
