import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = fileURLToPath(new URL('request.lua', import.meta.url));

/**
 * @typedef {object} Answered
 * @property {number} count
 * @property {number} perSecond by the clock
 */

/** How many requests are under way at once. */
export const connections = 32;

/**
 * Sends requests for a while and tells how many were answered.
 *
 * @param {number} port
 * @param {import('./works.mjs').Work} work
 * @param {Readonly<Record<string, string>>} headers
 * @param {number} seconds
 * @returns {Promise<Answered>}
 * @throws {Error} when wrk is missing, or an answer was none of 200 to 399
 */
export async function sendRequests(port, { verb, path, body = '' }, headers, seconds) {
  const carried = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const url = `http://127.0.0.1:${port}${path}`;
  const command = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, ...carried, url];
  const { stdout } = await run('taskset', ['-c', '1', ...command], {
    env: { ...process.env, WORK_VERB: verb, WORK_BODY: body },
  }).catch((cause) => {
    throw new Error('Sending requests failed; it needs wrk and taskset (apt-get install wrk util-linux)', { cause });
  });
  return answeredIn(stdout);
}

/**
 * @param {string} report what wrk printed
 * @returns {Answered}
 */
export function answeredIn(report) {
  const found = /(\d+) requests in [^]*Requests\/sec:\s+([\d.]+)/.exec(report);
  if (found === null || report.includes('Non-2xx') || report.includes('Socket errors')) {
    throw new Error(`wrk found answers missing or wrong:\n${report}`);
  }
  return { count: Number(found[1]), perSecond: Number(found[2]) };
}
