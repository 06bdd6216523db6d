import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The root of the repository, seen from the compiled file. */
export const root: string = join(import.meta.dirname, '../../..');

/** A Markdown file. */
export interface Page {
  /** Path below the root. */
  readonly path: string;
  readonly text: string;
}

/** The Markdown files directly in a folder, given below the root. */
export function pagesIn(folder: string): readonly Page[] {
  return namesIn(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => pageAt(join(folder, name)));
}

export function pageAt(path: string): Page {
  return { path, text: readText(path) };
}

export function namesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder));
}

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

export function exists(path: string): boolean {
  return existsSync(join(root, path));
}
