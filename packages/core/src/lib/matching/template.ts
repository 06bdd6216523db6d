import type { Captures } from './captures.js';
import type { Glob } from './glob.js';
import type { TemplateReading } from './template-reading.js';

/** One alternative of a pattern that begins with `/`. */
export class Template {
  /** What the segments of a path must be, from the first. Literal text is decoded, and folded unless case counts. */
  readonly segments: readonly Glob[];
  /** Whether it ends in `**`, so that any segments may follow. */
  readonly open: boolean;
  /** What it names. */
  readonly captures: Captures;
  readonly #reading: TemplateReading;

  /** @param reading how it was read, and how paths are read that are compared with it */
  constructor(segments: readonly Glob[], open: boolean, captures: Captures, reading: TemplateReading) {
    this.segments = segments;
    this.open = open;
    this.captures = captures;
    this.#reading = reading;
  }

  /** Equal for two templates that say the same, names and, unless it counts, letter case aside. */
  get canonical(): string {
    return `/${this.segments.map((glob) => glob.canonical).join('/')}${this.open ? '/**' : ''}`;
  }

  /** Whether the path fits. A segment with a malformed escape is compared as it stands. */
  matches(path: string): boolean {
    if (!path.startsWith('/')) return false;
    const segments = this.#reading.segmentsOf(path);
    if (this.open ? segments.length < this.segments.length : segments.length !== this.segments.length) return false;
    return this.segments.every((glob, index) => glob.matches(this.#reading.fold(segments[index] as string)));
  }
}
