import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { medianOf } from '../spread.mjs';

const run = promisify(execFile);
const program = join(import.meta.dirname, '../dist/start/main.js');

/**
 * What it takes to start, as the medians of several processes.
 *
 * @typedef {object} Started
 * @property {number} importMs
 * @property {number} startMs from there until it listens
 * @property {number} firstAnswerMs from there until its first answer
 * @property {number} wholeMs
 * @property {number} heapBytes more than the process held before, all rubbish collected
 * @property {number} rssBytes more than the process held before
 * @property {number} emptyHeapBytes what that was: Node with its HTTP, and nothing of anybody's
 * @property {number} emptyRssBytes
 */

/** How many handlers the applications have that are started. */
export const counts = Object.freeze([10, 1000, 10_000]);

/** Whose applications are started; @verbena/core, and the libraries it stands on, are only imported. */
export const starters = Object.freeze(['verbena-node', 'nest-fastify', 'nest-express', 'routing-controllers']);

/**
 * @param {number} processes
 * @param {(line: string) => void} say
 * @returns {Promise<{ core: Started, container: Started, apps: Record<string, Record<number, Started>> }>}
 */
export async function measureFresh(processes, say) {
  const subjects = [
    ['@verbena/core', 0],
    ['container', 0],
    ...counts.flatMap((count) => starters.map((peer) => [peer, count])),
  ];
  const runs = subjects.map(() => []);
  // One process of each in turn, so that what disturbs meets all alike.
  for (let time = 0; time < processes; time += 1) {
    for (const [index, subject] of subjects.entries()) runs[index].push(await startOnce(subject));
    say(`start: process ${time + 1} of ${processes}`);
  }
  const [core, container, ...started] = runs.map(mediansOf);
  const apps = Object.fromEntries(starters.map((peer) => [peer, {}]));
  for (const [index, [peer, count]] of subjects.slice(2).entries()) apps[peer][count] = started[index];
  return { core, container, apps };
}

async function startOnce([peer, count]) {
  const { stdout } = await run(process.execPath, ['--expose-gc', program, peer, String(count)], {
    env: { ...process.env, NODE_ENV: 'production' },
  });
  return JSON.parse(stdout);
}

function mediansOf(runs) {
  return Object.fromEntries(Object.keys(runs[0]).map((name) => [name, medianOf(runs.map((run) => run[name]))]));
}
