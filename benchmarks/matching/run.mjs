import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { spreadOf } from '../spread.mjs';
import { tableOf } from '../table.mjs';

const run = promisify(execFile);
const program = join(import.meta.dirname, 'program.mjs');

export const sizes = Object.freeze([10, 100, 1000, 10_000]);

/**
 * Nanoseconds for one search, as several processes showed it.
 *
 * @typedef {import('../spread.mjs').Spread} SearchTime
 */

/**
 * Measures every table in fresh processes.
 *
 * @param {Pick<import('../options.mjs').Options, 'processes'>} options
 * @param {(line: string) => void} say
 * @returns {Promise<{ processes: number, tables: Record<string, Record<string, SearchTime>> }>} by table and router
 */
export async function measureMatching({ processes }, say) {
  const tables = {};
  for (const subject of [...sizes, 'wildcards']) {
    tables[subject] = await searchTimesOf(subject, processes);
    say(`matching: ${subject}`);
  }
  return { processes, tables };
}

/**
 * @param {number | 'wildcards'} subject
 * @param {number} processes
 * @returns {Promise<Record<string, SearchTime>>} by router
 */
export async function searchTimesOf(subject, processes) {
  const runs = [];
  for (let count = 0; count < processes; count += 1) {
    const { stdout } = await run(process.execPath, [program, String(subject)]);
    runs.push(JSON.parse(stdout));
  }
  return Object.fromEntries(
    Object.keys(runs[0]).map((router) => [router, spreadOf(runs.map((times) => times[router]))]),
  );
}

/**
 * @param {Awaited<ReturnType<typeof measureMatching>>} matching
 * @returns {string} for the terminal
 */
export function showMatching({ tables }) {
  return `Nanoseconds for one search (lowest–highest process):\n\n${searchTable(tables)}`;
}

/**
 * @param {Record<string, Record<string, SearchTime>>} tables
 * @returns {string} a row for each router, a column for each table
 */
export function searchTable(tables) {
  const routers = [...new Set(Object.values(tables).flatMap((times) => Object.keys(times)))].sort();
  const titles = Object.keys(tables).map((subject) =>
    subject === 'wildcards' ? '1,000 wildcards' : Number(subject).toLocaleString('en'),
  );
  return tableOf(
    ['', ...titles],
    routers.map((router) => [router, ...Object.values(tables).map((times) => cellOf(times[router]))]),
  );
}

function cellOf(time) {
  if (time === undefined) return '–';
  return `${Math.round(time.median)} (${Math.round(time.lowest)}–${Math.round(time.highest)})`;
}
