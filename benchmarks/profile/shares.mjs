import { fileURLToPath } from 'node:url';
import { partOf } from './parts.mjs';

/** @import { Profiler } from 'node:inspector' */

/** What a profiler calls time in which no function runs. */
const outside = new Map([
  ['(garbage collector)', 'collecting garbage'],
  ['(program)', 'the engine, the operating system'],
  ['(root)', 'the engine, the operating system'],
]);

/** Native functions in which a program waits for the operating system to take its bytes. */
const sending = /^write(v|Buffer|\w+String)$/;

/**
 * How the time of a profile, idle time left out, divides into parts, and which functions take the most.
 *
 * @typedef {object} Shares
 * @property {Record<string, number>} parts from 0 to 1, the largest first
 * @property {{ name: string, file: string, share: number }[]} functions the dearest, without Node's own
 */

/**
 * @param {Profiler.Profile} profile
 * @param {(file: string) => string | undefined} [partOfFile] undefined leaves the time of a file out
 * @returns {Shares}
 */
export function sharesOf({ nodes, samples = [], timeDeltas = [] }, partOfFile = partOf) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const parts = new Map();
  const functions = new Map();
  const partOfNode = (id) => {
    const { functionName, url } = byId.get(id).callFrame;
    if (outside.has(functionName)) return partOfFile === partOf ? outside.get(functionName) : undefined;
    if (url !== '') return partOfFile(url);
    if (partOfFile === partOf && sending.test(functionName)) return 'the operating system: sending';
    // Whatever else is native is done for who called it.
    const parent = parents.get(id);
    return parent === undefined ? undefined : partOfNode(parent);
  };
  for (const [index, id] of samples.entries()) {
    const { functionName, url } = byId.get(id).callFrame;
    const part = functionName === '(idle)' ? undefined : partOfNode(id);
    if (part === undefined) continue;
    add(parts, part, timeDeltas[index]);
    if (url !== '' && !url.startsWith('node:') && partOfFile(url) !== undefined)
      add(functions, `${functionName || '(anonymous)'} ${shortened(url)}`, timeDeltas[index]);
  }
  const whole = [...parts.values()].reduce((sum, time) => sum + time, 0);
  return {
    parts: Object.fromEntries(sorted(parts).map(([part, time]) => [part, time / whole])),
    functions: sorted(functions)
      .slice(0, 15)
      .map(([key, time]) => {
        const [name, file] = key.split(' ');
        return { name, file, share: time / whole };
      }),
  };
}

const root = new URL('../../', import.meta.url).href;

/** A file's path from the root, or in its package. */
function shortened(url) {
  const path = url.startsWith(root) ? url.slice(root.length) : url.startsWith('file:') ? fileURLToPath(url) : url;
  return path
    .slice(path.lastIndexOf('node_modules/') + 1)
    .replace(/^ode_modules\//, '')
    .replaceAll(' ', '%20');
}

function add(times, key, time) {
  times.set(key, (times.get(key) ?? 0) + time);
}

function sorted(times) {
  return [...times].sort(([, one], [, other]) => other - one);
}
