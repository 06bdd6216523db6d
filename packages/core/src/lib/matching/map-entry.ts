import type { Captures } from './captures.js';
import { type PathAlternative, type PathOptions, parsePath } from './path.js';
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
  /** Those of the path; entries whose captures take the same have the same ones, which saves memory and time. */
  readonly captures: Captures;
  /** Place in the list, alternatives counted one by one. */
  readonly order: number;
  /** The entry of lower rank wins where both fit; of equal ranks the closer verb wins, then the lower order. */
  readonly rank: number;
}

/** Entries in listed order, ranked by it: the first mapping that fits wins. */
export function entriesAsListed<Target>(
  mappings: readonly Mapping<Target>[],
  options: PathOptions,
): MapEntry<Target>[] {
  return unrankedEntries(mappings, options).map((entry) => ({ ...entry, rank: entry.order }));
}

/** Entries in listed order, ranked by how closely they describe a path; those that do so equally have equal ranks. */
export function entriesBySpecificity<Target>(
  mappings: readonly Mapping<Target>[],
  options: PathOptions,
): MapEntry<Target>[] {
  const entries = unrankedEntries(mappings, options).sort((one, other) => comparePaths(one.path, other.path));
  const ranked: MapEntry<Target>[] = [];
  for (const entry of entries) {
    const before = ranked.at(-1);
    const isLooser = before !== undefined && comparePaths(before.path, entry.path) !== 0;
    ranked.push({ ...entry, rank: (before?.rank ?? 0) + (isLooser ? 1 : 0) });
  }
  return ranked.sort((one, other) => one.order - other.order);
}

function unrankedEntries<Target>(
  mappings: readonly Mapping<Target>[],
  options: PathOptions,
): Omit<MapEntry<Target>, 'rank'>[] {
  const known = new Map<string, Captures>();
  const entries = mappings.flatMap((mapping) => {
    const verb = parseVerb(mapping.verb);
    return parsePath(mapping.path, options).map((path) => ({
      mapping,
      verb,
      path,
      captures: shared(path.captures, known),
    }));
  });
  return entries.map((entry, order) => ({ ...entry, order }));
}

function shared(captures: Captures, known: Map<string, Captures>): Captures {
  const { key } = captures;
  const equal = key === undefined ? captures : (known.get(key) ?? captures);
  if (key !== undefined) known.set(key, equal);
  return equal;
}
