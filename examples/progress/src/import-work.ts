import type { Report } from '@verbena/operations';
import type { ImportFiles } from './import-files.js';

/** What the phases of an import work with. */
export interface ImportWork {
  readonly path: string;
  /** Of the file, in bytes. */
  readonly size: number;
  readonly files: ImportFiles;
  /** Of the import as a whole. */
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** After how many rows it is said how many there were. */
export const TOLD_EVERY = 500;

const { format } = new Intl.NumberFormat('en');

/** How many rows there were, and what became of them. */
export function told(rows: number, verb: string, refused: number): string {
  return `${format(rows)} ${rows === 1 ? 'row' : 'rows'} ${verb}${refused === 0 ? '' : `, ${format(refused)} refused`}`;
}
