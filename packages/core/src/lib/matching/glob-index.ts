import type { Glob } from './glob.js';
import { LiteralFinder } from './literal-finder.js';

/** A glob, and what to give for it when a text fits. */
export interface GlobEntry<Value> {
  readonly glob: Glob;
  readonly value: Value;
}

/**
 * Tells which of many globs a text fits. Only globs whose beginning, end and longest middle literal the text has are
 * tried, so the cost depends on the text and on how many lengths these literals have, not on the number of globs.
 */
export class GlobIndex<Value> {
  readonly #tails: LiteralGroups<LiteralGroups<MiddleIndex<Value>>>;

  constructor(entries: readonly GlobEntry<Value>[]) {
    this.#tails = groupBy(
      entries,
      (glob) => glob.tail,
      (sameTail) =>
        groupBy(
          sameTail,
          (glob) => glob.head,
          (sameEnds) => new MiddleIndex(sameEnds),
        ),
    );
  }

  /** The values of the globs that the text fits, in no particular order. */
  find(text: string): readonly Value[] {
    let found: Value[] | undefined;
    for (const tails of this.#tails) {
      const heads = tails.groups.get(text.slice(text.length - tails.length));
      if (heads === undefined) continue;
      for (const { length, groups } of heads) {
        for (const { glob, value } of groups.get(text.slice(0, length))?.candidates(text) ?? []) {
          if (!glob.matches(text)) continue;
          found ??= [];
          found.push(value);
        }
      }
    }
    return found ?? NOTHING;
  }
}

const NOTHING: readonly never[] = [];

/** Groups by a literal, the lengths apart, so that a text needs one look-up for each length. */
type LiteralGroups<Group> = readonly { readonly length: number; readonly groups: ReadonlyMap<string, Group> }[];

function groupBy<Value, Group>(
  entries: readonly GlobEntry<Value>[],
  literalOf: (glob: Glob) => string,
  toGroup: (entries: readonly GlobEntry<Value>[]) => Group,
): LiteralGroups<Group> {
  const byLiteral = new Map<string, GlobEntry<Value>[]>();
  for (const entry of entries) {
    const literal = literalOf(entry.glob);
    const group = byLiteral.get(literal);
    if (group === undefined) byLiteral.set(literal, [entry]);
    else group.push(entry);
  }
  const byLength = new Map<number, Map<string, Group>>();
  for (const [literal, group] of byLiteral) {
    const groups = byLength.get(literal.length) ?? new Map<string, Group>();
    byLength.set(literal.length, groups.set(literal, toGroup(group)));
  }
  return [...byLength].map(([length, groups]) => ({ length, groups }));
}

/** Globs alike at both ends. */
class MiddleIndex<Value> {
  readonly #withoutMiddle: readonly GlobEntry<Value>[];
  readonly #finder: LiteralFinder<GlobEntry<Value>> | undefined;

  constructor(entries: readonly GlobEntry<Value>[]) {
    const withMiddle = entries.filter(({ glob }) => glob.middle !== '');
    // Trying one glob is cheaper than looking for its literal first.
    const isWorthwhile = withMiddle.length > 1;
    this.#withoutMiddle = isWorthwhile ? entries.filter(({ glob }) => glob.middle === '') : entries;
    this.#finder = isWorthwhile ? new LiteralFinder(withMiddle.map((entry) => [entry.glob.middle, entry])) : undefined;
  }

  candidates(text: string): readonly GlobEntry<Value>[] {
    return this.#finder === undefined ? this.#withoutMiddle : [...this.#withoutMiddle, ...this.#finder.find(text)];
  }
}
