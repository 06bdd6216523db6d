import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { profileRequests } from './requests.mjs';

const run = promisify(execFile);
const program = join(import.meta.dirname, 'search.mjs');

/** The sizes of the tables whose search is looked into. */
export const profiledSizes = Object.freeze([10, 10_000]);

/**
 * @param {import('../options.mjs').Options} options
 * @param {(line: string) => void} say
 * @returns {Promise<object>}
 */
export async function measureProfile({ load: { rounds, seconds } }, say) {
  const searches = {};
  for (const size of profiledSizes) {
    const { stdout } = await run(process.execPath, [program, String(size)]);
    searches[size] = JSON.parse(stdout);
    say(`profile: a search among ${size}`);
  }
  return { requests: await profileRequests({ rounds, seconds }, say), searches };
}
