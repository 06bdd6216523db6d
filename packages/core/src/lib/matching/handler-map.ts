import { Candidates } from './candidates.js';
import { requireDistinctMappings } from './duplicate-mapping.js';
import { entriesAsListed, entriesBySpecificity, type MapEntry, type Mapping } from './map-entry.js';
import { type PathOptions, type PathParams, paramsOf } from './path.js';
import type { SegmentRule } from './rule-tree.js';
import { SegmentAutomaton } from './segment-automaton.js';
import { decodeOrKeep, TemplateReading } from './template-reading.js';
import { VerbRules } from './verb-rules.js';
import { Wildcard } from './wildcard.js';

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

  readonly #verbs: VerbRules;
  readonly #reading: TemplateReading;
  readonly #toCandidates: (entries: readonly MapEntry<Target>[]) => Candidates<Target>;
  readonly #none: Candidates<Target>;
  /** Reads paths from the first segment. */
  readonly #templates: SegmentAutomaton<MapEntry<Target>, Candidates<Target>>;
  /** Reads paths from the last segment: wildcard patterns say how a path ends. */
  readonly #wildcards: SegmentAutomaton<MapEntry<Target>, Candidates<Target>>;
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
    const verbs = new VerbRules(
      entries.map((entry) => entry.verb),
      bySpecificity,
    );
    this.#toCandidates = (fitting) => new Candidates(fitting, verbs);
    this.#none = this.#toCandidates([]);
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
    this.#templates = new SegmentAutomaton(templateRules, this.#reading.ignoresCase, this.#toCandidates);
    this.#wildcards = new SegmentAutomaton(wildcardRules, true, this.#toCandidates);
  }

  /**
   * The mapping that answers a request.
   *
   * @param verb as sent
   * @param path as sent, or as `normalizePath` gives it; without query
   * @throws MalformedPathError when a template wins but the path has a malformed percent escape
   */
  find(verb: string, path: string): FoundMapping<Target> | undefined {
    const isEncoded = path.includes('%');
    const entry = this.#bestEntry(verb, path, isEncoded);
    if (entry === undefined) return undefined;
    const params = isEncoded
      ? paramsOf(entry.path, path, true)
      : entry.captures.params(path, false, this.#templates.segmentEnds);
    return { mapping: entry.mapping, params };
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

  #bestEntry(verb: string, path: string, isEncoded: boolean): MapEntry<Target> | undefined {
    const template = this.#templateCandidates(path, isEncoded).best(verb);
    if (!this.#hasWildcards || (template !== undefined && template.rank < this.#lowestWildcardRank)) return template;
    const wildcard = this.#wildcardCandidates(path).best(verb);
    if (template === undefined || wildcard === undefined) return template ?? wildcard;
    return template.rank < wildcard.rank ? template : wildcard;
  }

  #entriesFor(path: string): MapEntry<Target>[] {
    const templates = this.#templateCandidates(path, path.includes('%'));
    return [...templates.entries, ...this.#wildcardCandidates(path).entries];
  }

  #templateCandidates(path: string, isEncoded: boolean): Candidates<Target> {
    if (path.charCodeAt(0) !== SLASH) return this.#none;
    const end = this.#reading.endOf(path, path.length);
    if (!isEncoded) return this.#templates.read(path, 1, end);
    // Decoded segments may contain slashes, so they can no longer be put together.
    return this.#templates.outcomeOf(path.slice(1, end).split('/').map(decodeOrKeep));
  }

  #wildcardCandidates(path: string): Candidates<Target> {
    return this.#hasWildcards ? this.#wildcards.readBackwards(path) : this.#none;
  }
}

const SLASH = '/'.charCodeAt(0);
