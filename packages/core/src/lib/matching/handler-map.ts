import { Candidates } from './candidates.js';
import type { Captures } from './captures.js';
import { requireDistinctMappings } from './duplicate-mapping.js';
import { entriesAsListed, entriesBySpecificity, type MapEntry, type Mapping } from './map-entry.js';
import { type PathOptions, type PathParams, paramsOf } from './path.js';
import type { SegmentRule } from './rule-tree.js';
import { SegmentAutomaton, UNREAD } from './segment-automaton.js';
import { TemplateReading } from './template-reading.js';
import { VerbRules } from './verb-rules.js';
import { Wildcard } from './wildcard.js';
import { NO_WINNER, Winners } from './winners.js';

export type { Mapping } from './map-entry.js';

/** How a {@link HandlerMap} reads and ranks its mappings. */
export interface HandlerMapOptions extends PathOptions {
  /**
   * Which mapping wins among those whose path and verb both fit a request. `specific`: the one that describes the path most
   * closely, and a mapping that answers `GET` answers `HEAD` too. `listed`: the first in the list, and nothing is implied,
   * as in ASP.NET (`aspnet-handlers.md` B4, C1, C2). Default `specific`.
   */
  readonly precedence?: 'specific' | 'listed';
}

/** What a {@link HandlerMap} found for a request. */
export interface FoundMapping<Target> {
  readonly mapping: Mapping<Target>;
  /** Those of the alternative that won. */
  readonly params: PathParams;
}

/**
 * Finds the mapping for a verb and a path. What a search costs depends on the path, not on how many mappings there are.
 *
 * By precedence `specific` the closer path wins, segment by segment from the left: literal, mixed (`*.sync`; more literal
 * text first), `:name` or `*`, `**`. Templates win over wildcard patterns, and of these the longer over the shorter: by
 * number of segments, then by their kinds from the left, then by literal text. On equal paths a verb named wins over one
 * met by a wildcard such as `P*`, that over the `HEAD` implied by `GET`, that over `*`; then what is listed first. A closer
 * path without the verb is passed over.
 */
export class HandlerMap<Target> {
  /** As given. */
  readonly mappings: readonly Mapping<Target>[];

  /** In listed order, so that each stands where its order says. */
  readonly #entries: readonly MapEntry<Target>[];
  // What a search needs of the entries, which together would not stay in the processor's cache.
  readonly #mappingOf: readonly Mapping<Target>[];
  readonly #capturesOf: readonly Captures[];
  readonly #verbs: VerbRules;
  readonly #reading: TemplateReading;
  readonly #none: Candidates<Target>;
  /** Reads paths from the first segment. */
  readonly #templates: SegmentAutomaton<MapEntry<Target>, Candidates<Target>>;
  /** Reads paths from the last segment: wildcard patterns say how a path ends. */
  readonly #wildcards: SegmentAutomaton<MapEntry<Target>, Candidates<Target>>;
  /** What answers where a path leads to in the templates. */
  readonly #winners: Winners;
  readonly #hasWildcards: boolean;
  /** A template that ranks before this wins over every wildcard pattern. */
  #lowestWildcardRank: number = Number.POSITIVE_INFINITY;

  /**
   * @throws TypeError when a pattern cannot be compiled
   * @throws DuplicateMappingError by precedence `specific`, when mappings claim the same verb on the same path: params may
   * be named differently, and letter case differ unless it counts
   */
  constructor(mappings: Iterable<Mapping<Target>>, options: HandlerMapOptions = {}) {
    const bySpecificity = options.precedence !== 'listed';
    this.mappings = [...mappings];
    const entries = (bySpecificity ? entriesBySpecificity : entriesAsListed)(this.mappings, options);
    if (bySpecificity) requireDistinctMappings(entries);
    const verbs = new VerbRules([...new Set(entries.map((entry) => entry.verb))], bySpecificity);
    const toCandidates = (fitting: readonly MapEntry<Target>[]): Candidates<Target> => new Candidates(fitting, verbs);
    this.#none = toCandidates([]);
    this.#entries = entries;
    this.#mappingOf = entries.map((entry) => entry.mapping);
    this.#capturesOf = entries.map((entry) => entry.path.captures);
    this.#verbs = verbs;
    this.#reading = new TemplateReading(options);

    const templateRules: SegmentRule<MapEntry<Target>>[] = [];
    const wildcardRules: SegmentRule<MapEntry<Target>>[] = [];
    for (const entry of entries) {
      const { path } = entry;
      if (path instanceof Wildcard) {
        wildcardRules.push({ segments: path.segments.toReversed(), open: true, rule: entry });
        this.#lowestWildcardRank = Math.min(this.#lowestWildcardRank, entry.rank);
      } else {
        templateRules.push({ segments: path.segments, open: path.open, rule: entry });
      }
    }
    this.#hasWildcards = wildcardRules.length > 0;
    this.#templates = new SegmentAutomaton(templateRules, this.#reading.ignoresCase, toCandidates);
    this.#wildcards = new SegmentAutomaton(wildcardRules, true, toCandidates);
    this.#winners = new Winners(
      (place, verb) => this.#templates.outcomeAt(place).best(verb)?.order ?? NO_WINNER,
      (verb) => verbs.classOf(verb),
    );
  }

  /**
   * The mapping that answers a request.
   *
   * @param verb as sent
   * @param path as sent, or as `normalizePath` gives it; without query
   * @throws MalformedPathError when a template wins but the path has a malformed percent escape
   */
  find(verb: string, path: string): FoundMapping<Target> | undefined {
    const place = this.#placeOf(path);
    return place === UNREAD ? this.#findBySegments(verb, path) : this.#findAt(place, verb, path);
  }

  /**
   * What {@link find} gives for a path that `normalizePath` leaves as it is, so that it need not be looked at twice; nothing for any
   * other. It may give nothing for a path that is normal and looks as if it were not, or that leads too far.
   *
   * @internal
   */
  findNormal(verb: string, path: string): FoundMapping<Target> | undefined {
    const place = this.#placeOf(path);
    return place === UNREAD ? undefined : this.#findAt(place, verb, path);
  }

  /**
   * The verbs that a path answers, for `Allow`: in the order of listing, each once, `HEAD` after the `GET` that implies it.
   * A wildcard in a verb pattern stands for those verbs it fits that some mapping names or that are usual (GET, HEAD, POST,
   * PUT, PATCH, DELETE, OPTIONS). Malformed escapes are compared as they stand.
   *
   * @returns `undefined` when no mapping has the path
   */
  allowed(path: string): readonly string[] | undefined {
    const entries = this.#entriesFor(path).sort((one, other) => one.order - other.order);
    if (entries.length === 0) return undefined;
    return [...new Set(entries.flatMap((entry) => this.#verbs.list(entry.verb)))];
  }

  #findAt(place: number, verb: string, path: string): FoundMapping<Target> | undefined {
    let number = this.#winners.at(place, verb);
    if (this.#hasWildcards) number = this.#best(this.#entries[number], verb, path)?.order ?? NO_WINNER;
    if (number === NO_WINNER) return undefined;
    const captures = this.#capturesOf[number] as Captures;
    return {
      mapping: this.#mappingOf[number] as Mapping<Target>,
      params: captures.params(path, false, this.#templates.segmentEnds),
    };
  }

  #findBySegments(verb: string, path: string): FoundMapping<Target> | undefined {
    const winner = this.#best(this.#templatesBySegments(path).best(verb), verb, path);
    return winner && { mapping: winner.mapping, params: paramsOf(winner.path, path, path.includes('%')) };
  }

  /** The better one of the template that wins over all others and the best wildcard pattern. */
  #best(template: MapEntry<Target> | undefined, verb: string, path: string): MapEntry<Target> | undefined {
    if (!this.#hasWildcards || (template !== undefined && template.rank < this.#lowestWildcardRank)) return template;
    const wildcard = this.#wildcardCandidates(path).best(verb);
    if (template === undefined || wildcard === undefined) return template ?? wildcard;
    return template.rank < wildcard.rank ? template : wildcard;
  }

  #entriesFor(path: string): MapEntry<Target>[] {
    return [...this.#templateCandidates(path).entries, ...this.#wildcardCandidates(path).entries];
  }

  /** The place in the table of templates that a path leads to. */
  #placeOf(path: string): number {
    if (path.charCodeAt(0) !== SLASH) return UNREAD;
    return this.#templates.read(path, 1, this.#reading.endOf(path, path.length));
  }

  #templateCandidates(path: string): Candidates<Target> {
    const place = this.#placeOf(path);
    return place === UNREAD ? this.#templatesBySegments(path) : this.#templates.outcomeAt(place);
  }

  /** The templates that have a path, whatever it looks like. */
  #templatesBySegments(path: string): Candidates<Target> {
    if (path.charCodeAt(0) !== SLASH) return this.#none;
    return this.#templates.outcomeOf(this.#reading.segmentsOf(path));
  }

  #wildcardCandidates(path: string): Candidates<Target> {
    return this.#hasWildcards ? this.#wildcards.readBackwards(path) : this.#none;
  }
}

const SLASH = '/'.charCodeAt(0);
