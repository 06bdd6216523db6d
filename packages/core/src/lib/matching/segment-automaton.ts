import { LiteralTable } from './literal-table.js';
import { isNormalSegment } from './normalize-path.js';
import { RuleTree, type SegmentRule } from './rule-tree.js';
import { type SegmentState, StateStore } from './segment-state.js';
import { StepTable } from './step-table.js';

export { UNREAD } from './step-table.js';

/**
 * Tells which of many rules hold for a path, given segment by segment, all rules at once: a step costs a look-up or two,
 * however many rules there are.
 *
 * The rules form a tree; a state is the set of its nodes that the segments so far lead to. States are made when first
 * needed and kept. They are told apart by the literals the rules declare and by the sets of globs a segment fits, never by
 * what else clients send. Rules that overlap at every level could make too many even so; beyond a limit in proportion to
 * the tree, states are made for one use and not kept.
 */
export class SegmentAutomaton<Rule, Outcome extends object> {
  /** The state before the first segment. */
  readonly start: SegmentState<Rule, Outcome>;
  readonly #steps: StepTable<Rule, Outcome>;

  /**
   * @param rules with literals and globs in lower case, when case is ignored
   * @param toOutcome makes an outcome of the rules that hold, which are given in no particular order
   */
  constructor(
    rules: Iterable<SegmentRule<Rule>>,
    ignoresCase: boolean,
    toOutcome: (rules: readonly Rule[]) => Outcome,
  ) {
    const tree = new RuleTree(rules);
    const literals = new LiteralTable([...tree.literals].filter(isNormalSegment), ignoresCase);
    const store = new StateStore(16 * tree.size + 100_000, (segment) => literals.fold(segment), toOutcome);
    this.start = store.stateOf([tree.root], []);
    // After the last segment of the longest rule, one more tells that none holds.
    this.#steps = new StepTable(this.start, store, literals, tree.depth + 1);
  }

  /** What holds for a path of these segments. */
  outcomeOf(segments: readonly string[]): Outcome {
    let state = this.start;
    for (const segment of segments) state = state.follow(segment);
    return state.outcome;
  }

  /**
   * Reads a path that is a part of a text, from the left; slashes separate the segments.
   *
   * @returns the place it leads to, for {@link outcomeAt}; `UNREAD` when the text is not normal, outside of literals, or when too
   * many states are kept already: then {@link outcomeOf} tells
   */
  read(text: string, start: number, end: number): number {
    return this.#steps.read(text, start, end);
  }

  /** What holds for a path that leads to a place. */
  outcomeAt(place: number): Outcome {
    return this.#steps.outcomeAt(place);
  }

  /** Where the segments of the path end that {@link read} read last and found a place for, at least those that its rules have. */
  get segmentEnds(): ArrayLike<number> {
    return this.#steps.segmentEnds;
  }

  /** What holds for a path that is the whole text, read from the right; slashes separate the segments. */
  readBackwards(text: string): Outcome {
    let state = this.start;
    for (let end = text.length; end >= 0 && !state.isFinal; ) {
      let start = end;
      while (start > 0 && text.charCodeAt(start - 1) !== SLASH) start--;
      state = state.follow(text.slice(start, end));
      end = start - 1;
    }
    return state.outcome;
  }
}

const SLASH = '/'.charCodeAt(0);
