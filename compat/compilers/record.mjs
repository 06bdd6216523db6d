import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingType } from './missing-types.mjs';
import { markdownOf } from './table.mjs';

const file = join(import.meta.dirname, 'recorded.json');
const page = join(import.meta.dirname, '../../docs/guide/compatibility.md');
const marked = /(?<=<!-- compilers -->\n)[\s\S]*?(?=<!-- \/compilers -->)/;

/** @typedef {import('./table.mjs').Row} Row */

/**
 * What differs between what was measured, what is recorded, and what the guide says.
 *
 * @param {readonly Row[]} rows
 * @returns {readonly string[]}
 */
export function differences(rows) {
  /** @type {readonly Row[]} */
  const recorded = JSON.parse(readFileSync(file, 'utf8'));
  const names = new Set([...rows, ...recorded].map(({ name }) => name));
  const changed = [...names].flatMap((name) => {
    const [now, then] = [rows, recorded].map((all) => factsOf(all.find((row) => row.name === name)));
    return [...new Set([...Object.keys(now), ...Object.keys(then)])]
      .filter((fact) => now[fact] !== then[fact])
      .map((fact) => `${name}, ${fact}: "${now[fact] ?? 'nothing'}" where "${then[fact] ?? 'nothing'}" is recorded`);
  });
  const isShown = marked.exec(readFileSync(page, 'utf8'))?.[0] === textFor(recorded);
  return isShown ? changed : [...changed, `${page} does not show what is recorded`];
}

/**
 * Records what was measured.
 *
 * @param {readonly Row[]} rows
 * @returns {readonly string[]} why it could not
 */
export function record(rows) {
  const text = readFileSync(page, 'utf8');
  if (!marked.test(text)) return [`${page} has no place marked <!-- compilers --> for the table`];
  writeFileSync(file, `${JSON.stringify(rows, null, 2)}\n`);
  writeFileSync(
    page,
    text.replace(marked, () => textFor(rows)),
  );
  return [];
}

/**
 * @param {Row | undefined} row
 * @returns {Record<string, string>}
 */
function factsOf(row) {
  return row === undefined ? {} : { title: row.title, ...row.cells };
}

/** What the guide shows: the table, and an example of what start-up says. */
function textFor(/** @type {readonly Row[]} */ rows) {
  const message = missingType('ListBooks', 1, 'catalogue');
  return `\n${markdownOf(rows)}\n\n\`needs static inject\` means that start-up says of every such parameter:\n\n> ${message}\n\n`;
}
