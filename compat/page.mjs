import { readFileSync, writeFileSync } from 'node:fs';

/** The page of the guide that shows what was measured. */
export const page = new URL('../docs/guide/compatibility.md', import.meta.url);

const generated = /(?<=<!-- runtimes -->\n)[^]*?(?=<!-- \/runtimes -->)/;

/**
 * Puts a text into a page, between the marks that say that it is generated.
 *
 * @param {string} text in Markdown
 * @param {URL} [file] Default: the page of the guide
 * @returns {boolean} whether the page said something else before
 * @throws {Error} when the page has no such marks
 */
export function writeRuntimes(text, file = page) {
  const before = readFileSync(file, 'utf8');
  if (!generated.test(before)) {
    throw new Error(`Writing the table failed: ${file.pathname} has no <!-- runtimes --> before <!-- /runtimes -->`);
  }
  const after = before.replace(generated, () => `\n${text}\n\n`);
  writeFileSync(file, after);
  return after !== before;
}
