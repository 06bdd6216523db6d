import { forms } from './forms.mjs';

/**
 * @typedef {object} Row a tool
 * @property {string} name
 * @property {string} title
 * @property {Record<string, string>} cells what came of each form
 */

/** The rows as Markdown: a table, and below it the reasons of what cannot be. */
export function markdownOf(/** @type {readonly Row[]} */ rows) {
  const { lines, reasons } = columnsOf(rows);
  const [heading, ...body] = lines.map((line) => `| ${line.join(' | ')} |`);
  return [
    heading,
    `| ${lines[0].map(() => '---').join(' | ')} |`,
    ...body,
    '',
    ...reasons.map((reason, index) => `${index + 1}. ${reason}`),
  ].join('\n');
}

/** The rows for a terminal. */
export function printable(/** @type {readonly Row[]} */ rows) {
  const { lines, reasons } = columnsOf(rows);
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return [
    ...lines.map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    ),
    '',
    ...reasons.map((reason, index) => `(${index + 1}) ${reason}`),
  ].join('\n');
}

function columnsOf(/** @type {readonly Row[]} */ rows) {
  /** @type {string[]} */
  const reasons = [];
  const lines = rows.map(({ title, cells }) => [title, ...forms.map(({ name }) => shorten(cells[name], reasons))]);
  return { lines: [['', ...forms.map(({ title }) => title)], ...lines], reasons };
}

/** A cell; the reasons, which many have in common, go below the table. */
function shorten(/** @type {string} */ cell, /** @type {string[]} */ reasons) {
  if (cell.startsWith('wrong: ')) return 'WRONG';
  const [, reason] = /^cannot: (.*)/.exec(cell) ?? [];
  if (reason === undefined) return cell;
  if (!reasons.includes(reason)) reasons.push(reason);
  return `cannot (${reasons.indexOf(reason) + 1})`;
}
