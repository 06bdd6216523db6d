import { join } from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';
import { root } from './contract-hosts.test-support.js';

const PAGE = join(root, 'docs/guide/behaviours.md');
const GENERATED = /(?<=<!-- behaviours -->\n\n)[^]*?(?=\n\n<!-- \/behaviours -->)/;

/** What stands in the guide between the marks that say that it is generated. */
export function writtenTable(): string | undefined {
  return GENERATED.exec(readFileSync(PAGE, 'utf8'))?.[0];
}

/** Puts a table into the guide. */
export function writeTable(table: string): void {
  writeFileSync(
    PAGE,
    readFileSync(PAGE, 'utf8').replace(GENERATED, () => table),
  );
}
