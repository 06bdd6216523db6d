import { type PathAlternative, type PathOptions, PathParser } from './path-parser.js';
import { comparePaths } from './path-precedence.js';
import { type ParsedVerb, parseVerb } from './verb.js';

/** What answers which requests. */
export interface Mapping<Target> {
  /** Shown in messages. */
  readonly name?: string;
  /** A verb pattern, as `compileVerb` takes it. */
  readonly verb: string;
  /** A path pattern or several, as `compilePath` takes them. */
  readonly path: string | readonly string[];
  /** What the map finds. */
  readonly target: Target;
}

/** One alternative of a mapping's path, ranked among those of all mappings. */
export interface MapEntry<Target> {
  readonly mapping: Mapping<Target>;
  readonly verb: ParsedVerb;
  readonly path: PathAlternative;
  /** Place in the list, alternatives counted one by one. */
  readonly order: number;
  /** The entry of lower rank wins where both fit; of equal ranks the closer verb wins, then the lower order. */
  readonly rank: number;
}

/** Entries in listed order, ranked by it: the first mapping that fits wins. */
export function entriesAsListed<Target>(
  mappings: readonly Mapping<Target>[],
  options: PathOptions,
): readonly MapEntry<Target>[] {
  return rankedAsListed(mappings, options);
}

/** Entries in listed order, ranked by how closely they describe a path; those that do so equally have equal ranks. */
export function entriesBySpecificity<Target>(
  mappings: readonly Mapping<Target>[],
  options: PathOptions,
): readonly MapEntry<Target>[] {
  const entries = rankedAsListed(mappings, options);
  let before: PathAlternative | undefined;
  let rank = 0;
  for (const entry of entries.toSorted((one, other) => comparePaths(one.path, other.path))) {
    if (before !== undefined && comparePaths(before, entry.path) !== 0) rank++;
    entry.rank = rank;
    before = entry.path;
  }
  return entries;
}

interface Ranked<Target> extends MapEntry<Target> {
  rank: number;
}

function rankedAsListed<Target>(mappings: readonly Mapping<Target>[], options: PathOptions): Ranked<Target>[] {
  const paths = new PathParser(options);
  const verbs = new Map<string, ParsedVerb>();
  const entries: Ranked<Target>[] = [];
  for (const mapping of mappings) {
    const verb = verbs.get(mapping.verb) ?? parseVerb(mapping.verb);
    verbs.set(mapping.verb, verb);
    for (const path of paths.parse(mapping.path)) {
      const order = entries.length;
      entries.push({ mapping, verb, path, order, rank: order });
    }
  }
  return entries;
}
