import type { MapEntry } from './map-entry.js';
import type { VerbFit } from './verb.js';
import type { VerbRules } from './verb-rules.js';

/** Everything that can answer one path, whatever the verb. */
export class Candidates<Target> {
  /** By rank, then by order. */
  readonly entries: readonly MapEntry<Target>[];
  readonly #verbs: VerbRules;
  /** The winners for the classes of verbs asked for so far. */
  #known: KnownWinner<Target> | undefined;

  constructor(entries: readonly MapEntry<Target>[], verbs: VerbRules) {
    this.entries = [...entries].sort((one, other) => one.rank - other.rank || one.order - other.order);
    this.#verbs = verbs;
  }

  /** The entry that answers the verb. */
  best(verb: string): MapEntry<Target> | undefined {
    for (let known = this.#known; known !== undefined; known = known.next) {
      if (known.verb === verb) return known.winner;
    }
    const verbClass = this.#verbs.classOf(verb);
    if (verbClass === undefined) return this.#choose(verb);
    if (verbClass !== verb) return this.best(verbClass);
    const winner = this.#choose(verb);
    this.#known = { verb, winner, next: this.#known };
    return winner;
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

interface KnownWinner<Target> {
  readonly verb: string;
  readonly winner: MapEntry<Target> | undefined;
  readonly next: KnownWinner<Target> | undefined;
}
