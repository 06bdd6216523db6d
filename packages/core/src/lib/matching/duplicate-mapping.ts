import { VerbenaError } from '../errors.js';
import type { MapEntry, Mapping } from './map-entry.js';
import { sourceOf } from './path.js';

/** Mappings claim the same verb on the same path, and nothing but their place in the list could tell which one answers. */
export class DuplicateMappingError extends VerbenaError {
  override readonly name: string = 'DuplicateMappingError';

  /** @param pairs each mapping that repeats another, after the first that it repeats */
  constructor(readonly pairs: readonly (readonly [Mapping<unknown>, Mapping<unknown>])[]) {
    const lines = pairs.map(([first, second]) => `\n  ${describe(first)} and ${describe(second)}`);
    super(
      'duplicate-mapping',
      'Cannot rank mappings that claim the same verb and path; give them different paths or verbs, ' +
        `or use precedence "listed", by which the first wins:${lines.join('')}`,
    );
  }
}

/**
 * Checks that no two mappings have a verb alternative in common, as text, on paths that differ at most in the names of
 * params (`*` is one without a name) and, unless it counts, in letter case.
 *
 * @param entries in listed order
 * @throws DuplicateMappingError listing all that do
 */
export function requireDistinctMappings(entries: readonly MapEntry<unknown>[]): void {
  const claims = new Map<string, Mapping<unknown>>();
  const repeated = new Map<Mapping<unknown>, Set<Mapping<unknown>>>();
  for (const { mapping, verb, path } of entries) {
    for (const alternative of verb.alternatives) {
      const claim = `${alternative} ${path.canonical}`;
      const first = claims.get(claim);
      if (first === undefined) claims.set(claim, mapping);
      else if (first !== mapping) repeated.set(mapping, (repeated.get(mapping) ?? new Set()).add(first));
    }
  }
  const pairs = [...repeated].flatMap(([second, firsts]) => [...firsts].map((first) => [first, second] as const));
  if (pairs.length > 0) throw new DuplicateMappingError(pairs);
}

function describe({ name, verb, path }: Mapping<unknown>): string {
  return `"${verb} ${sourceOf(path)}"${name === undefined ? '' : ` (${name})`}`;
}
