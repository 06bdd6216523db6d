/**
 * Runs every form of the application with every tool, and compares what came of it with what is recorded.
 *
 * Usage: node run.mjs            exits with 1 when anything differs
 *        node run.mjs --update   records what was measured, also in the guide
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { forms } from './forms.mjs';
import { measure } from './measure.mjs';
import { differences, record } from './record.mjs';
import { printable } from './table.mjs';
import { tools } from './tools.mjs';

const { update } = parseArgs({ options: { update: { type: 'boolean', default: false } } }).values;

const rows = tools.map(({ name, title }) => ({
  name,
  title,
  /** @type {Record<string, string>} */
  cells: Object.fromEntries(forms.map((form) => [form.name, ''])),
}));
const waiting = tools.flatMap((tool, row) => forms.map((form) => ({ tool, form, cells: rows[row]?.cells ?? {} })));
await Promise.all(Array.from({ length: availableParallelism() }, measureWaiting));

console.log(printable(rows));
const wrong = rows.flatMap(({ name, cells }) =>
  Object.entries(cells)
    .filter(([, cell]) => cell.startsWith('wrong: '))
    .map(([form, cell]) => `${name}, ${form}: ${cell}`),
);
// What is wrong is never recorded as if it were right.
const faults = wrong.length > 0 ? wrong : update ? record(rows) : differences(rows);
for (const fault of faults) console.error(`fault: ${fault}`);
process.exitCode = faults.length > 0 ? 1 : 0;

async function measureWaiting() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
    next.cells[next.form.name] = await measure(next.tool, next.form);
}
