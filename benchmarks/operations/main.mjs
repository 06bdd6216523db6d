/**
 * Measures operations, prints what was found beside its target, and keeps it in results/operations.json. Rows that were not measured this
 * time stay there as they are.
 *
 * Usage: node main.mjs [--rows memory,fan-out,…] [--watchers n] [--rounds n] [--seconds n] [--away-seconds n] [--minutes n]
 *   Fewer of anything than by default is a short run, whose numbers go to results/short/.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { circumstances } from '../machine.mjs';
import { fileOf, writeResults } from '../results.mjs';
import { rows } from './rows/rows.mjs';
import { operationsTable } from './table.mjs';

const defaults = { watchers: 10_000, rounds: 20, seconds: 10, 'away-seconds': 60, minutes: 10 };
const words = process.argv.slice(2);
const { values } = parseArgs({
  args: words,
  options: {
    rows: { type: 'string', default: Object.keys(rows).join() },
    ...Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' }])),
  },
});
const counts = Object.fromEntries(Object.entries(defaults).map(([name, count]) => [name, countOf(name, count)]));
const isShort = Object.entries(defaults).some(([name, count]) => counts[name] < count);
const options = { ...counts, awaySeconds: counts['away-seconds'] };

const file = fileOf('operations', isShort);
const command = ['npm run bench:operations', ...(words.length === 0 ? [] : ['--', ...words])].join(' ');
for (const name of values.rows.split(',')) {
  const measure = rows[name];
  if (measure === undefined) throw new Error(`There is no row "${name}"; there are ${Object.keys(rows).join(', ')}`);
  console.error(`${name} …`);
  const found = await measure(options);
  // Read anew, as another run may have kept something meanwhile.
  writeResults(file, { rows: { ...keptIn(file), [name]: { measured: circumstances(command), found } } });
}
console.log(`${operationsTable(keptIn(file))}\n\nkept in ${file}`);

function keptIn(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).rows : {};
}

function countOf(name, standard) {
  const count = Number(values[name] ?? standard);
  if (!(count > 0)) throw new Error(`--${name} is "${values[name]}"; give a number above 0`);
  return count;
}
