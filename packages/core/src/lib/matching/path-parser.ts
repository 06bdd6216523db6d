import { Captures, NO_CAPTURES } from './captures.js';
import { type Glob, parseGlob } from './glob.js';
import { Template } from './template.js';
import { parseTemplate } from './template-parser.js';
import { type TemplateOptions, TemplateReading } from './template-reading.js';
import { Wildcard } from './wildcard.js';

/** How path patterns are read. */
export interface PathOptions extends TemplateOptions {
  /**
   * `auto` takes a pattern that begins with `/` for a template and any other for a wildcard pattern; the other two leave
   * no choice, so that `wildcard` gives ASP.NET's meaning also to a leading slash. Default `auto`.
   */
  readonly syntax?: 'auto' | 'wildcard' | 'template';
}

/** One alternative of a path pattern. */
export type PathAlternative = Template | Wildcard;

/** Reads path patterns. What is equal in them is made once, so that many take little memory (`npm run bench -- --parts start`). */
export class PathParser {
  readonly #syntax: PathOptions['syntax'];
  readonly #reading: TemplateReading;
  /** Of segments of templates, by what was written. */
  readonly #templateGlobs = new Map<string, Glob>();
  /** Of segments of wildcard patterns, in lower case. */
  readonly #wildcardGlobs = new Map<string, Glob>();
  readonly #captures = new Map<string, Captures>();

  constructor(options: PathOptions) {
    this.#syntax = options.syntax ?? 'auto';
    this.#reading = new TemplateReading(options);
  }

  /** The alternatives of a pattern, in order. Throws as `compilePath` does. */
  parse(pattern: string | readonly string[]): PathAlternative[] {
    if (typeof pattern === 'string') return this.#parseSingle(pattern);
    if (pattern.length === 0) throw new TypeError('Cannot compile an empty list of path patterns; list at least one');
    return pattern.flatMap((single) => this.#parseSingle(single));
  }

  #parseSingle(pattern: string): PathAlternative[] {
    if (pattern === '')
      throw new TypeError('Cannot compile an empty path pattern; write "/" for the root, "*" for every path');
    const isTemplate = this.#syntax === 'template' || (this.#syntax === 'auto' && pattern.startsWith('/'));
    if (!isTemplate)
      return pattern.split(',').map((alternative) => new Wildcard(alternative, (segment) => this.#globOf(segment)));

    const templates: Template[] = [];
    for (let start = 0, end = 0; end < pattern.length; start = end + 1) {
      const comma = pattern.indexOf(',', start);
      end = comma < 0 ? pattern.length : comma;
      requireSlash(pattern, start, end);
      templates.push(this.#parseTemplate(pattern, start, end));
    }
    return templates;
  }

  #parseTemplate(pattern: string, start: number, end: number): Template {
    const reading = this.#reading;
    const { segments, open, captures } = parseTemplate(
      pattern,
      start,
      reading.endOf(pattern, end),
      (text) => reading.fold(text),
      this.#templateGlobs,
    );
    const named = captures.length === 0 ? NO_CAPTURES : this.#shared(new Captures(captures, reading));
    return new Template(segments, open, named, reading);
  }

  #globOf(segment: string): Glob {
    const glob = this.#wildcardGlobs.get(segment) ?? parseGlob(segment);
    this.#wildcardGlobs.set(segment, glob);
    return glob;
  }

  #shared(captures: Captures): Captures {
    const { key } = captures;
    if (key === undefined) return captures;
    const equal = this.#captures.get(key) ?? captures;
    this.#captures.set(key, equal);
    return equal;
  }
}

function requireSlash(pattern: string, start: number, end: number): void {
  if (pattern.charAt(start) === '/') return;
  const found = start === end ? 'an empty alternative' : `"${pattern.slice(start, end)}"`;
  throw new TypeError(
    `Cannot compile path "${pattern}": found ${found} at position ${start}, and a template begins with "/"; ` +
      'write the slash, or "%2C" for a literal comma',
  );
}
