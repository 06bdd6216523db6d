import { type Captures, NO_CAPTURES } from './captures.js';
import { foldCase } from './fold-case.js';
import type { Glob } from './glob.js';

/**
 * One alternative of a wildcard pattern, with ASP.NET's meaning (`aspnet-handlers.md` A): it fits the end of a path, from
 * the very beginning or from just after any slash (A4), whatever the letter case (A9).
 */
export class Wildcard {
  /** What the last segments of a path must be, in the path's order and lower case. A leading slash makes the first empty. */
  readonly segments: readonly Glob[];
  /** It names nothing. */
  readonly captures: Captures = NO_CAPTURES;

  /** @param globOf reads a segment, which is in lower case */
  constructor(source: string, globOf: (segment: string) => Glob) {
    // No wildcard crosses a slash (A8), so whole segments can be compared, and A4 allows nothing but whole segments.
    this.segments = foldCase(source).split('/').map(globOf);
  }

  /** Equal for two wildcard patterns that say the same; never that of a template. */
  get canonical(): string {
    return this.segments.map((glob) => glob.canonical).join('/');
  }

  /** Whether the path fits. Nothing in it is decoded (A12). */
  matches(path: string): boolean {
    const segments = foldCase(path).split('/');
    const first = segments.length - this.segments.length;
    return first >= 0 && this.segments.every((glob, index) => glob.matches(segments[first + index] as string));
  }
}
