import { VerbenaError } from '../errors.js';
import { decodePercent } from './percent-encoding.js';
import type { PathParams } from './path-params.js';
import { type PathAlternative, type PathOptions, PathParser } from './path-parser.js';
import { Template } from './template.js';

export type { PathParams } from './path-params.js';
export type { PathOptions } from './path-parser.js';

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
  const alternatives = new PathParser(options).parse(pattern);
  return {
    source: sourceOf(pattern),
    match(path) {
      const alternative = alternatives.find((candidate) => candidate.matches(path));
      return alternative === undefined ? undefined : paramsOf(alternative, path, path.includes('%'));
    },
  };
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
