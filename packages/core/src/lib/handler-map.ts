import { Candidates } from './candidates.js';
import { requireDistinctMappings } from './duplicate-mapping.js';
import { foldCase } from './fold-case.js';
import { entriesAsListed, entriesBySpecificity, type MapEntry, type Mapping } from './map-entry.js';
import { type PathOptions, type PathParams, paramsOf } from './path.js';
import type { SegmentRule } from './rule-tree.js';
import { SegmentAutomaton, type SegmentState } from './segment-automaton.js';
import type { Template } from './template.js';
import { TemplateReading } from './template-reading.js';
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
  readonly #templates: SegmentState<MapEntry<Target>, Candidates<Target>>;
  readonly #wildcards: SegmentState<MapEntry<Target>, Candidates<Target>>;
  readonly #none: Candidates<Target>;
  /** A template that ranks before this wins over every wildcard pattern. */
  #lowestWildcardRank: number = Number.POSITIVE_INFINITY;
  /** The paths that templates spell out, with what can answer them once it was asked for. */
  readonly #spelledPaths = new Map<string, LiteralPath<Target>>();

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
    const toCandidates = (fitting: readonly MapEntry<Target>[]): Candidates<Target> => new Candidates(fitting, verbs);

    const templateRules: SegmentRule<MapEntry<Target>>[] = [];
    const wildcardRules: SegmentRule<MapEntry<Target>>[] = [];
    for (const entry of entries) {
      const { path } = entry;
      if (path instanceof Wildcard) {
        wildcardRules.push({ segments: path.segments.toReversed(), open: true, rule: entry });
        this.#lowestWildcardRank = Math.min(this.#lowestWildcardRank, entry.rank);
      } else {
        templateRules.push({ segments: path.segments, open: path.open, rule: entry });
        for (const literal of literalPathsOf(path)) this.#spelledPaths.set(literal, {});
      }
    }
    this.#templates = new SegmentAutomaton(templateRules, toCandidates).start;
    this.#wildcards = new SegmentAutomaton(wildcardRules, toCandidates).start;
    this.#none = toCandidates([]);
    this.#verbs = verbs;
    this.#reading = new TemplateReading(options);
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
    return { mapping: entry.mapping, params: paramsOf(entry.path, path, isEncoded) };
  }

  /**
   * The verbs that a path answers, for `Allow`: in the order of listing, each once, `HEAD` after the `GET` that implies it.
   * A wildcard in a verb pattern stands for those verbs it fits that some mapping names or that are usual (GET, HEAD, POST,
   * PUT, PATCH, DELETE, OPTIONS). Malformed escapes are compared as they stand.
   *
   * @returns `undefined` when no mapping has the path
   */
  allowed(path: string): readonly string[] | undefined {
    const folded = this.#reading.fold(path);
    const candidates = [this.#templateCandidates(path, folded, path.includes('%')), this.#wildcardCandidates(path)];
    const entries = candidates.flatMap(({ entries }) => entries).sort((one, other) => one.order - other.order);
    if (entries.length === 0) return undefined;
    return [...new Set(entries.flatMap((entry) => this.#verbs.list(entry.verb)))];
  }

  #bestEntry(verb: string, path: string, isEncoded: boolean): MapEntry<Target> | undefined {
    const folded = this.#reading.fold(path);
    const spelled = this.#spelledPaths.get(folded);
    const templates = spelled === undefined ? this.#templateCandidates(path, folded, isEncoded) : (spelled.templates ??= this.#templateCandidates(path, folded, isEncoded));
    const template = templates.best(verb);
    if (template !== undefined && template.rank < this.#lowestWildcardRank) return template;

    const wildcards = this.#wildcardCandidates(path);
    const wildcard = wildcards.best(verb);
    if (template === undefined || wildcard === undefined) return template ?? wildcard;
    return template.rank < wildcard.rank ? template : wildcard;
  }

  /** @param folded the path without letter case, unless case counts */
  #templateCandidates(path: string, folded: string, isEncoded: boolean): Candidates<Target> {
    if (folded.charCodeAt(0) !== SLASH) return this.#none;
    const end = this.#reading.endOf(path, 0, path.length);
    let state = this.#templates;
    for (let start = 1; start <= end && !state.isFinal; ) {
      const slash = path.indexOf('/', start);
      const next = slash < 0 || slash > end ? end : slash;
      if (isEncoded) {
        const segment = this.#reading.comparable(path.slice(start, next));
        state = state.next(segment, 0, segment.length);
      } else {
        state = state.next(folded, start, next);
      }
      start = next + 1;
    }
    return state.outcome;
  }

  /** Wildcard patterns fit the end of a path, so its segments are read from the last. */
  #wildcardCandidates(path: string): Candidates<Target> {
    let state = this.#wildcards;
    if (state.isFinal) return state.outcome;
    const folded = foldCase(path);
    for (let end = folded.length; end >= 0 && !state.isFinal; ) {
      let start = end;
      while (start > 0 && folded.charCodeAt(start - 1) !== SLASH) start--;
      state = state.next(folded, start, end);
      end = start - 1;
    }
    return state.outcome;
  }
}

const SLASH = '/'.charCodeAt(0);

/** All that can answer a path which some template spells out. */
interface LiteralPath<Target> {
  templates?: Candidates<Target>;
  wildcards?: Candidates<Target>;
}

/** The paths that a template without placeholders fits, as far as they are the same before and after decoding. */
function literalPathsOf(template: Template): string[] {
  if (template.open || template.segments.some((glob) => glob.kind !== 'literal')) return [];
  const path = `/${template.segments.map((glob) => glob.head).join('/')}`;
  return [path, `${path}/`].filter((spelling) => !spelling.includes('%') && template.matches(spelling));
}
