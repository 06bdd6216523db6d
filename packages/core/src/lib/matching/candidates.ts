import type { MapEntry } from './map-entry.js';
import type { VerbFit } from './verb.js';
import type { VerbRules } from './verb-rules.js';

/** Everything that can answer one path, whatever the verb. */
export class Candidates<Target> {
  /** By rank, then by order. */
  readonly entries: readonly MapEntry<Target>[];
  readonly #verbs: VerbRules;
  /** The winner for each class of verbs asked for so far. */
  readonly #winners = new Map<string, MapEntry<Target> | undefined>();

  constructor(entries: readonly MapEntry<Target>[], verbs: VerbRules) {
    this.entries = [...entries].sort((one, other) => one.rank - other.rank || one.order - other.order);
    this.#verbs = verbs;
  }

  /** The entry that answers the verb. */
  best(verb: string): MapEntry<Target> | undefined {
    if (this.entries.length === 0) return undefined;
    const known = this.#winners.get(verb);
    if (known !== undefined) return known;
    const verbClass = this.#verbs.classOf(verb);
    if (verbClass === undefined) return this.#choose(verb);
    if (!this.#winners.has(verbClass)) this.#winners.set(verbClass, this.#choose(verb));
    return this.#winners.get(verbClass);
  }

  #choose(verb: string): MapEntry<Target> | undefined {
    let best: MapEntry<Target> | undefined;
    let bestFit: VerbFit | undefined;
    for (const entry of this.entries) {
      if (best !== undefined && entry.rank > best.rank) break;
      const fit = this.#verbs.fit(entry.verb, verb);
      if (fit === undefined || (bestFit !== undefined && fit >= bestFit)) continue;
      best = entry;
      bestFit = fit;
    }
    return best;
  }
}
