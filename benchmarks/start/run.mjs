import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { medianOf } from '../spread.mjs';
import { measureAllocation } from './allocation.mjs';
import { measureFresh } from './fresh.mjs';
import { weigh } from './weight.mjs';

const run = promisify(execFile);

/**
 * What it takes to start, what a bundle weighs, what requests allocate, and what the pool costs.
 *
 * @param {Pick<import('../options.mjs').Options, 'processes'>} options
 * @param {(line: string) => void} say
 * @returns {Promise<object>}
 */
export async function measureStart({ processes }, say) {
  const fresh = await measureFresh(processes, say);
  const bundles = await weigh();
  const poolNanoseconds = await measurePool(processes);
  return { processes, ...fresh, bundles, poolNanoseconds, allocatedBytes: await measureAllocation(say) };
}

async function measurePool(processes) {
  const measured = [];
  for (let count = 0; count < processes; count += 1) {
    const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'pool.mjs')]);
    measured.push(JSON.parse(stdout).nanoseconds);
  }
  return medianOf(measured);
}
