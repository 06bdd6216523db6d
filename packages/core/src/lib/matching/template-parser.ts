import { ANY_RUN, ANY_UNIT, type Gap, Glob, type GlobPart } from './glob.js';
import { decodePercent } from './percent-encoding.js';

/** What a template says, read from its text. */
export interface ParsedTemplate {
  /** What the segments of a path must be, from the first. Literal text is decoded. */
  readonly segments: readonly Glob[];
  /** Whether it ends in `**`, so that any segments may follow. */
  readonly open: boolean;
  /** What to take from a path that fits, from left to right. */
  readonly captures: readonly Capture[];
}

/** A place in a template with one name or more. */
export interface Capture {
  /** `segment` is a whole segment, `parts` are pieces of one, `rest` is all that remains of the path. */
  readonly kind: 'segment' | 'parts' | 'rest';
  /** How many segments come before it. */
  readonly index: number;
  /** One name, or for `parts` one for each named gap of the glob. */
  readonly names: readonly [string, ...string[]];
  /** The segment's glob; that of `rest` fits anything. */
  readonly glob: Glob;
}

const ANY_TEXT: Gap = { min: 1, open: true };
const TOKEN = /\*\*|[*?]|:[\p{ID_Start}$_][\p{ID_Continue}$]*|:|[^*?:]+/gu;

/**
 * Reads one alternative of a template.
 *
 * @param pattern the whole pattern, for messages
 * @param start where in the pattern the alternative begins
 * @param end where it ends
 * @param fold what to do to literal text so that it can be compared
 * @param globs those of segments that were read before, by what was written; new ones are added
 * @throws TypeError naming pattern, position, what was found and what would work
 */
export function parseTemplate(
  pattern: string,
  start: number,
  end: number,
  fold: (text: string) => string,
  globs: Map<string, Glob>,
): ParsedTemplate {
  return new TemplateParser(pattern, fold, globs).parse(start, end);
}

class TemplateParser {
  readonly #pattern: string;
  readonly #fold: (text: string) => string;
  readonly #globs: Map<string, Glob>;
  readonly #names = new Set<string>();
  readonly #segments: Glob[] = [];
  readonly #captures: Capture[] = [];

  constructor(pattern: string, fold: (text: string) => string, globs: Map<string, Glob>) {
    this.#pattern = pattern;
    this.#fold = fold;
    this.#globs = globs;
  }

  parse(start: number, end: number): ParsedTemplate {
    let position = start;
    let open = false;
    while (position < end) {
      const from = position + 1;
      const slash = this.#pattern.indexOf('/', from);
      position = slash < 0 || slash > end ? end : slash;
      const text = this.#pattern.slice(from, position);
      open = text.startsWith('**');
      if (!open) this.#readSegment(text, from);
      else if (position === end) this.#readRest(text, from);
      else this.#fail(from, '"**" before the end', 'use it as the last segment, or "*" for one segment');
    }
    return { segments: this.#segments, open, captures: this.#captures };
  }

  #readSegment(text: string, from: number): void {
    const glob = this.#knownGlob(text) ?? new Glob(text === '*' ? [ANY_TEXT] : this.#readParts(text, from));
    this.#globs.set(text, glob);
    const [first, ...others] = glob.names;
    if (first !== undefined) this.#capture(glob.kind === 'any' ? 'segment' : 'parts', [first, ...others], glob);
    this.#segments.push(glob);
  }

  /** What the same text gave before; nothing when it has a name that the template has already, which is then to be told. */
  #knownGlob(text: string): Glob | undefined {
    const glob = this.#globs.get(text);
    if (glob === undefined || glob.names.some((name) => this.#names.has(name))) return undefined;
    for (const name of glob.names) this.#names.add(name);
    return glob;
  }

  #readRest(text: string, from: number): void {
    const [rest, another] = this.#readParts(text.slice(2), from + 2);
    if (rest === undefined) return;
    if (typeof rest === 'string' || rest.name === undefined || another !== undefined) {
      this.#fail(from, `"${text}"`, 'let "**" or "**:name" be the whole segment');
    }
    this.#capture('rest', [rest.name], new Glob([rest]));
  }

  #capture(kind: Capture['kind'], names: Capture['names'], glob: Glob): void {
    this.#captures.push({ kind, names, glob, index: this.#segments.length });
  }

  #readParts(text: string, from: number): GlobPart[] {
    const parts: GlobPart[] = [];
    for (const { 0: token, index } of text.matchAll(TOKEN)) {
      const part = this.#readToken(token, from + index);
      if (bordersOnCapture(parts.at(-1), part)) {
        this.#fail(from + index, `"${token}" directly after another placeholder`, 'put literal text between the two');
      }
      parts.push(part);
    }
    return parts;
  }

  #readToken(token: string, position: number): GlobPart {
    if (token === '*') return ANY_RUN;
    if (token === '?') return ANY_UNIT;
    if (token === '**')
      this.#fail(position, '"**" beside other text', 'let "**" be the whole last segment, or use "*"');
    if (token.startsWith(':')) return this.#readName(token.slice(1), position);
    const literal = decodePercent(token);
    if (literal !== undefined) return this.#fold(literal);
    return this.#fail(position, `a malformed escape in "${token}"`, 'write "%25" for a literal percent sign');
  }

  #readName(name: string, position: number): Gap {
    if (name === '') this.#fail(position, '":" without a name', 'write ":name", or "%3A" for a literal colon');
    if (this.#names.has(name)) this.#fail(position, `":${name}" a second time`, 'give each placeholder its own name');
    this.#names.add(name);
    return { ...ANY_TEXT, name };
  }

  #fail(position: number, found: string, remedy: string): never {
    throw new TypeError(`Cannot compile path "${this.#pattern}": found ${found} at position ${position}; ${remedy}`);
  }
}

/** Without text between them nothing would say where a captured value ends. */
function bordersOnCapture(before: GlobPart | undefined, part: GlobPart): boolean {
  if (typeof before !== 'object' || typeof part !== 'object') return false;
  return before.name !== undefined || part.name !== undefined;
}
