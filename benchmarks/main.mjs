/**
 * Measures, prints what was found, and keeps it in results/.
 *
 * Usage: node main.mjs [--parts load,matching,start,profile] [--works …] [--peers …] [--starts n] [--rounds n]
 *   [--seconds n] [--warm-up-seconds n] [--processes n]
 */
import { measureLoad, showLoad } from './load/run.mjs';
import { circumstances } from './machine.mjs';
import { measureMatching, showMatching } from './matching/run.mjs';
import { optionsFrom } from './options.mjs';
import { measureProfile } from './profile/run.mjs';
import { showProfile } from './profile/tables.mjs';
import { fileOf, writeResults } from './results.mjs';
import { measureStart } from './start/run.mjs';
import { showStart } from './start/tables.mjs';

const programs = {
  load: { measure: measureLoad, show: showLoad },
  matching: { measure: measureMatching, show: showMatching },
  start: { measure: measureStart, show: showStart },
  profile: { measure: measureProfile, show: showProfile },
};

const words = process.argv.slice(2);
const options = optionsFrom(words);
const command = ['npm run bench', ...(words.length === 0 ? [] : ['--', ...words])].join(' ');

for (const part of options.parts) {
  const { measure, show } = programs[part];
  const results = await measure(options, (line) => console.error(line));
  const file = fileOf(part, options.isShort);
  writeResults(file, { measured: circumstances(command), ...results });
  console.log(`\n${show(results)}\n\nkept in ${file}`);
}
