/**
 * Has the hosts of a module show every behaviour, and prints what becomes of each: a line of JSON when a host begins, with
 * its name, and one for each of its behaviours. It runs on any runtime that has Node's modules.
 *
 * Usage: show-behaviours.mjs <runtime> <module>
 */
import 'reflect-metadata';
import { pathToFileURL } from 'node:url';
import { outcomesOf } from './outcomes.mjs';

const [runtime, module] = process.argv.slice(2);
const { contractHosts } = await import(pathToFileURL(module).href);

// Opened by the first warning otherwise, it would pass for something that a host left open.
process.stderr.write('');
for await (const line of outcomesOf(runtime, contractHosts)) console.log(JSON.stringify(line));
// What is left open has been told of, and must not keep the process alive.
process.exit();
