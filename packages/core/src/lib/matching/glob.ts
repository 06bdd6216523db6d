/** A place in a glob where any text may stand. */
export interface Gap {
  /** The least number of UTF-16 units that stand here. */
  readonly min: number;
  /** Whether more than `min` units may stand here. */
  readonly open: boolean;
  /** The name under which the text is captured; such a gap is open and has literal text, or nothing, on either side. */
  readonly name?: string;
}

/** Literal text, or a gap in it. */
export type GlobPart = string | Gap;

/** What `?` stands for: one unit. */
export const ANY_UNIT: Gap = { min: 1, open: false };

/** What `*` stands for: any run of units, also none. */
export const ANY_RUN: Gap = { min: 0, open: true };

const NO_GAP: Gap = { min: 0, open: false };

/** An open gap, and the stretch of fixed length that ends it. */
interface Step {
  readonly gap: Gap;
  readonly chunk: Chunk;
}

/**
 * One pattern for one piece of text: a path segment or a verb. The whole text must fit; case matters and nothing is
 * decoded. Open gaps take as little as they can, from left to right. Matching never backtracks: each piece of literal
 * text is looked for once, from where the piece before it was found.
 */
export class Glob {
  /** `literal` has no gap; `any` is a single open gap that needs at most one unit; all else is `mixed`. */
  readonly kind: 'literal' | 'mixed' | 'any';
  /** How many units a text must have at least. */
  readonly minLength: number;
  /** How many units of literal text there are. */
  readonly literalLength: number;
  /** The literal text every match begins with, possibly empty. */
  readonly head: string;
  /** The literal text every match ends with, possibly empty. */
  readonly tail: string;
  /** The longest literal text between head and tail, possibly empty; every match contains it. */
  readonly middle: string;
  /** The names of its gaps, from left to right. */
  readonly names: readonly string[];
  /** Equal for two globs exactly when both are made alike, names of captures aside. */
  readonly canonical: string;

  readonly #first: Chunk;
  readonly #steps: readonly Step[];
  readonly #last: Chunk | undefined;

  /** @param parts in order; neighbours of one sort are taken together */
  constructor(parts: Iterable<GlobPart>) {
    const merged = mergeNeighbours(parts);
    const first = merged[0] ?? '';
    const last = merged.at(-1) ?? '';
    const literals = merged.filter((part) => typeof part === 'string');
    const inner = merged.slice(1, -1).filter((part) => typeof part === 'string');
    this.literalLength = literals.reduce((length, literal) => length + literal.length, 0);
    this.minLength = merged.reduce((length, part) => length + lengthOf(part), 0);
    this.head = typeof first === 'string' ? first : '';
    this.tail = typeof last === 'string' ? last : '';
    this.middle = inner.reduce((longest, literal) => (literal.length > longest.length ? literal : longest), '');
    this.names = merged.flatMap((part) => (typeof part === 'string' ? [] : (part.name ?? [])));
    this.canonical = JSON.stringify(merged.map((part) => (typeof part === 'string' ? part : [part.min, part.open])));
    this.kind = kindOf(merged);

    const [start, ...steps] = toSteps(merged) as [Step, ...Step[]];
    this.#first = start.chunk;
    this.#steps = steps;
    this.#last = steps.at(-1)?.chunk;
  }

  /** Whether the whole text fits. */
  matches(text: string): boolean {
    return this.#place(text);
  }

  /**
   * Where the named gaps of the glob lie in the text: start and end of the first, start and end of the second, and so on,
   * in units. `undefined` when the text does not fit.
   */
  locate(text: string): readonly number[] | undefined {
    const bounds: number[] = [];
    return this.#place(text, bounds) ? bounds : undefined;
  }

  #place(text: string, bounds?: number[]): boolean {
    const first = this.#first;
    const last = this.#last;
    if (last === undefined) return text.length === first.length && first.standsAt(text, 0);
    const lastStart = text.length - last.length;
    if (!first.standsAt(text, 0) || !last.standsAt(text, lastStart)) return false;

    let position = first.length;
    for (const { gap, chunk } of this.#steps) {
      const earliest = position + gap.min;
      const start = chunk === last ? lastStart : chunk.findIn(text, earliest);
      if (start < earliest) return false;
      if (gap.name !== undefined) bounds?.push(position, start);
      position = start + chunk.length;
    }
    return true;
  }
}

/** The glob for a pattern in which `*` stands for any run of units and `?` for one unit; nothing else is special. */
export function parseGlob(pattern: string): Glob {
  const parts = pattern.split(/([*?])/).filter((part) => part !== '');
  return new Glob(parts.map((part) => (part === '*' ? ANY_RUN : part === '?' ? ANY_UNIT : part)));
}

/** A stretch of fixed length: literal pieces with single-unit gaps around them. */
class Chunk {
  readonly length: number;
  readonly #pieces: readonly { readonly text: string; readonly offset: number }[];

  constructor(parts: readonly GlobPart[]) {
    const pieces = [];
    let length = 0;
    for (const part of parts) {
      if (typeof part === 'string') pieces.push({ text: part, offset: length });
      length += lengthOf(part);
    }
    this.#pieces = pieces;
    this.length = length;
  }

  standsAt(text: string, position: number): boolean {
    for (const piece of this.#pieces) {
      if (!text.startsWith(piece.text, position + piece.offset)) return false;
    }
    return true;
  }

  /** The first position, not before `from`, at which the chunk stands; -1 when there is none. */
  findIn(text: string, from: number): number {
    const anchor = this.#pieces[0];
    if (anchor === undefined) return from;
    let found = text.indexOf(anchor.text, from + anchor.offset);
    while (found >= 0 && !this.standsAt(text, found - anchor.offset)) found = text.indexOf(anchor.text, found + 1);
    return found < 0 ? -1 : found - anchor.offset;
  }
}

function kindOf(merged: readonly GlobPart[]): Glob['kind'] {
  if (merged.every((part) => typeof part === 'string')) return 'literal';
  const [only, another] = merged;
  return typeof only === 'object' && only.open && only.min <= 1 && another === undefined ? 'any' : 'mixed';
}

function lengthOf(part: GlobPart): number {
  return typeof part === 'string' ? part.length : part.min;
}

/** Joins literal to literal and gap to gap, so that the two alternate. */
function mergeNeighbours(parts: Iterable<GlobPart>): GlobPart[] {
  const merged: GlobPart[] = [];
  for (const part of parts) {
    const before = merged.at(-1);
    if (typeof part === 'string' && typeof before === 'string') merged.splice(-1, 1, before + part);
    else if (typeof part === 'object' && typeof before === 'object') merged.splice(-1, 1, joinGaps(before, part));
    else merged.push(part);
  }
  return merged;
}

function joinGaps(left: Gap, right: Gap): Gap {
  return { min: left.min + right.min, open: left.open || right.open };
}

/** Cuts the parts at their open gaps. The first step has no gap before it. */
function toSteps(parts: readonly GlobPart[]): Step[] {
  const steps: Step[] = [];
  let gap: Gap = NO_GAP;
  let pending: GlobPart[] = [];
  for (const part of parts) {
    if (typeof part === 'string' || !part.open) {
      pending.push(part);
      continue;
    }
    steps.push({ gap, chunk: new Chunk(pending) });
    gap = part;
    pending = [];
  }
  steps.push({ gap, chunk: new Chunk(pending) });
  return steps;
}
