import type { Glob } from './glob.js';
import { type Capture, parseTemplate } from './template-parser.js';
import { decodeOrKeep, type TemplateOptions, TemplateReading } from './template-reading.js';

/** What a path holds at the named places of its pattern, decoded once. It has no prototype, so any name is safe. */
export type PathParams = Readonly<Record<string, string>>;

/** The params of a pattern without names. */
export const NO_PARAMS: PathParams = Object.freeze(Object.create(null) as Record<string, string>);

/** One alternative of a pattern that begins with `/`. */
export class Template {
  /** What the segments of a path must be, from the first. Literal text is decoded, and folded unless case counts. */
  readonly segments: readonly Glob[];
  /** Whether it ends in `**`, so that any segments may follow. */
  readonly open: boolean;
  readonly #captures: readonly Capture[];
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
    this.#captures = parsed.captures;
    this.#reading = reading;
  }

  /** Equal for two templates that say the same, names and, unless it counts, letter case aside. */
  get canonical(): string {
    return `/${this.segments.map((glob) => glob.canonical).join('/')}${this.open ? '/**' : ''}`;
  }

  /** Whether the path fits. A segment with a malformed escape is compared as it stands. */
  matches(path: string): boolean {
    if (!path.startsWith('/')) return false;
    const end = this.#reading.endOf(path, path.length);
    const segments = end === 0 ? [] : path.slice(1, end).split('/');
    if (this.open ? segments.length < this.segments.length : segments.length !== this.segments.length) return false;
    return this.segments.every((glob, index) =>
      glob.matches(this.#reading.fold(decodeOrKeep(segments[index] as string))),
    );
  }

  /**
   * The params of a path that fits.
   *
   * @param isEncoded whether the path has percent escapes
   */
  params(path: string, isEncoded: boolean): PathParams {
    if (this.#captures.length === 0) return NO_PARAMS;
    const params = new Params();
    let start = 1;
    for (const capture of this.#captures) {
      const { skip, skipLength, kind } = capture;
      start = skipLength === undefined || isEncoded ? skipSegments(path, start, skip) : start + skipLength;
      const slash = kind === 'rest' ? -1 : path.indexOf('/', start);
      const end = slash < 0 ? path.length : slash;
      const text = isEncoded ? decodeOrKeep(path.slice(start, end)) : path.slice(start, end);
      if (kind === 'parts') this.#takeParts(capture, text, params);
      else params[capture.names[0]] = text;
      start = end + 1;
    }
    return params;
  }

  #takeParts({ names, glob }: Capture, text: string, params: Record<string, string>): void {
    const bounds = glob.locate(this.#reading.fold(text)) ?? [];
    for (const [index, name] of names.entries()) params[name] = text.slice(bounds[2 * index], bounds[2 * index + 1]);
  }
}

/** The beginning of the segment after some others; past the end of the path when there is none. */
function skipSegments(path: string, start: number, count: number): number {
  let position = start;
  for (let skipped = 0; skipped < count; skipped++) {
    const slash = path.indexOf('/', position);
    position = (slash < 0 ? path.length : slash) + 1;
  }
  return position;
}

/** Params without a prototype's members, made by a constructor: what `Object.create(null)` gives is slow to fill (`npm run bench:matching`). */
const Params = function () {} as unknown as new () => Record<string, string>;
Params.prototype = Object.create(null) as object;
