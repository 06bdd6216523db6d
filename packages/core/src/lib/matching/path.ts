import { VerbenaError } from '../errors.js';
import { decodePercent } from './percent-encoding.js';
import type { PathParams } from './path-params.js';
import { Template } from './template.js';
import type { TemplateOptions } from './template-reading.js';
import { Wildcard } from './wildcard.js';

export type { PathParams } from './path-params.js';

/** How path patterns are read. */
export interface PathOptions extends TemplateOptions {
  /**
   * `auto` takes a pattern that begins with `/` for a template and any other for a wildcard pattern; the other two leave
   * no choice, so that `wildcard` gives ASP.NET's meaning also to a leading slash. Default `auto`.
   */
  readonly syntax?: 'auto' | 'wildcard' | 'template';
}

/** What paths a mapping answers, compiled from one pattern or several. */
export interface PathPattern {
  /** The pattern as written; several are joined by commas. */
  readonly source: string;
  /**
   * The params of a path that fits, `undefined` for one that does not. Among several alternatives the first that fits
   * supplies the params.
   *
   * @param path as sent, or as `normalizePath` gives it; without query
   * @throws MalformedPathError when a template fits but the path has a malformed percent escape
   */
  match(path: string): PathParams | undefined;
}

/** A path that has a mapping cannot be decoded: a percent escape is cut short, not hexadecimal or not UTF-8. Status 400. */
export class MalformedPathError extends VerbenaError {
  override readonly name: string = 'MalformedPathError';

  constructor(readonly path: string) {
    super(
      'malformed-path',
      `Cannot decode path "${path}": a percent escape in it is malformed or not UTF-8; write "%25" for a literal "%"`,
    );
  }
}

/**
 * Compiles a path pattern.
 *
 * A wildcard pattern has ASP.NET's meaning (`aspnet-handlers.md` A): it fits the end of a path from just after any slash,
 * `*` stands for any run of characters but slashes and `?` for one, letter case does not count, nothing is decoded.
 *
 * A template fits whole paths. Its segments are literal text, `:name`, `*`, or a mixture in which placeholders keep apart
 * (`report-:from-:to.csv`); `**` or `**:name` at the end takes the rest, also when nothing is left. Both sides are decoded
 * before they are compared, so `%2A` in a template is a literal `*`, and `%2F` in a path never splits a segment.
 *
 * In both, `,` separates alternatives, and an array holds several patterns, each read by itself.
 *
 * @throws TypeError when a pattern is empty (D3), or is a template that cannot be understood: the message names pattern,
 * position, what was found and what would work
 */
export function compilePath(pattern: string | readonly string[], options: PathOptions = {}): PathPattern {
  const alternatives = parsePath(pattern, options);
  return {
    source: sourceOf(pattern),
    match(path) {
      const alternative = alternatives.find((candidate) => candidate.matches(path));
      return alternative === undefined ? undefined : paramsOf(alternative, path, path.includes('%'));
    },
  };
}

/** One alternative of a path pattern. */
export type PathAlternative = Template | Wildcard;

/** The alternatives of a pattern, in order. Throws as {@link compilePath} does. */
export function parsePath(pattern: string | readonly string[], options: PathOptions): PathAlternative[] {
  const patterns = typeof pattern === 'string' ? [pattern] : pattern;
  if (patterns.length === 0) throw new TypeError('Cannot compile an empty list of path patterns; list at least one');
  return patterns.flatMap((single) => parseSingle(single, options));
}

/**
 * The params of a path that fits the alternative. Throws as {@link PathPattern.match} does.
 *
 * @param isEncoded whether the path has percent escapes
 */
export function paramsOf(alternative: PathAlternative, path: string, isEncoded: boolean): PathParams {
  if (isEncoded && alternative instanceof Template && decodePercent(path) === undefined) {
    throw new MalformedPathError(path);
  }
  return alternative.captures.params(path, isEncoded, segmentEndsOf(path));
}

/** Where the segments of a path end that begins with a slash. */
function segmentEndsOf(path: string): number[] {
  const ends: number[] = [];
  for (let end = path.indexOf('/', 1); end >= 0; end = path.indexOf('/', end + 1)) ends.push(end);
  return [...ends, path.length];
}

/** A pattern for messages and listings. */
export function sourceOf(pattern: string | readonly string[]): string {
  return typeof pattern === 'string' ? pattern : pattern.join(',');
}

function parseSingle(pattern: string, options: PathOptions): PathAlternative[] {
  if (pattern === '')
    throw new TypeError('Cannot compile an empty path pattern; write "/" for the root, "*" for every path');
  const syntax = options.syntax ?? 'auto';
  const isTemplate = syntax === 'template' || (syntax === 'auto' && pattern.startsWith('/'));
  if (!isTemplate) return pattern.split(',').map((alternative) => new Wildcard(alternative));

  const templates: Template[] = [];
  for (let start = 0, end = 0; end < pattern.length; start = end + 1) {
    const comma = pattern.indexOf(',', start);
    end = comma < 0 ? pattern.length : comma;
    requireSlash(pattern, start, end);
    templates.push(new Template(pattern, start, end, options));
  }
  return templates;
}

function requireSlash(pattern: string, start: number, end: number): void {
  if (pattern.charAt(start) === '/') return;
  const found = start === end ? 'an empty alternative' : `"${pattern.slice(start, end)}"`;
  throw new TypeError(
    `Cannot compile path "${pattern}": found ${found} at position ${start}, and a template begins with "/"; ` +
      'write the slash, or "%2C" for a literal comma',
  );
}
