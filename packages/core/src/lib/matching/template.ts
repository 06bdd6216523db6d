import { Captures } from './captures.js';
import type { Glob } from './glob.js';
import { parseTemplate } from './template-parser.js';
import { type TemplateOptions, TemplateReading } from './template-reading.js';

/** One alternative of a pattern that begins with `/`. */
export class Template {
  /** What the segments of a path must be, from the first. Literal text is decoded, and folded unless case counts. */
  readonly segments: readonly Glob[];
  /** Whether it ends in `**`, so that any segments may follow. */
  readonly open: boolean;
  /** What it names. */
  readonly captures: Captures;
  readonly #reading: TemplateReading;

  /**
   * @param pattern the whole pattern, of which the alternative is the part from `start` to `end`
   * @throws TypeError as {@link parseTemplate}
   */
  constructor(pattern: string, start: number, end: number, options: TemplateOptions) {
    const reading = new TemplateReading(options);
    const parsed = parseTemplate(pattern, start, reading.endOf(pattern, end), (text) => reading.fold(text));
    this.segments = parsed.segments;
    this.open = parsed.open;
    this.captures = new Captures(parsed.captures, reading);
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
