/**
 * Has every host show the behaviours on every runtime, prints the table, and writes it into the guide.
 *
 * Usage: node run.mjs   exits with 1 when a behaviour failed that is not excepted
 */
import { availableParallelism } from 'node:os';
import { checkExceptions } from './exceptions.mjs';
import { writeRuntimes } from './page.mjs';
import { bun } from './runtimes/bun.mjs';
import { deno } from './runtimes/deno.mjs';
import { nodes } from './runtimes/node.mjs';
import { workerd } from './runtimes/workerd.mjs';
import { exceptionsOf, failuresOf, tableOf } from './table.mjs';
import { tryModule } from './trial.mjs';

/** @import { Trial } from './trial.mjs' */

const runtimes = [...nodes, bun, deno, workerd];
const tasks = runtimes.flatMap((runtime) => runtime.modules.map((module) => ({ runtime, module })));
/** @type {Trial[][]} */
const results = [];
let next = 0;

await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    while (next < tasks.length) {
      const index = next++;
      const { runtime, module } = tasks[index];
      results[index] = await tryModule(runtime, module);
    }
  }),
);

const trials = results.flat();
checkExceptions(trials);
const table = tableOf(trials);
const failures = failuresOf(trials);
if (failures !== '') console.log(`${failures}\n`);
console.log(table);
if (writeRuntimes(`${table}\n\n${exceptionsOf(trials)}`)) console.log('\ndocs/guide/compatibility.md was written anew');
process.exitCode = failures === '' ? 0 : 1;
