import { type RuleNode, RuleTree, type SegmentRule } from './rule-tree.js';

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

  /**
   * @param fold what to do to a segment before the globs of the rules can be compared with it, such as lower-casing it;
   * keeps its length, and changes no literal of the rules
   * @param toOutcome makes an outcome of the rules that hold, which are given in no particular order
   */
  constructor(
    rules: Iterable<SegmentRule<Rule>>,
    fold: (segment: string) => string,
    toOutcome: (rules: readonly Rule[]) => Outcome,
  ) {
    const tree = new RuleTree(rules);
    this.start = new StateStore(16 * tree.size + 100_000, fold, toOutcome).stateOf([tree.root], []);
  }

  /** What holds for a path of these segments. */
  outcomeOf(segments: readonly string[]): Outcome {
    let state = this.start;
    for (const segment of segments) state = state.follow(segment, 0, segment.length);
    return state.outcome;
  }

  /** What holds for a path that is a part of a text, read from the left; slashes separate the segments. */
  read(text: string, start: number, end: number): Outcome {
    let state = this.start;
    for (let position = start; position <= end && !state.isFinal; ) {
      const literal = state.onlyLiteral;
      // The length of the literal tells where it would end: that saves looking for the slash.
      let segmentEnd = position + (literal?.length ?? 0);
      if (literal !== undefined && isSegmentEnd(text, segmentEnd, end) && text.startsWith(literal, position)) {
        state = state.followOnlyLiteral(literal);
      } else {
        segmentEnd = endOfSegment(text, position, end);
        state = state.follow(text, position, segmentEnd);
      }
      position = segmentEnd + 1;
    }
    return state.outcome;
  }

  /** What holds for a path that is the whole text, read from the right; slashes separate the segments. */
  readBackwards(text: string): Outcome {
    let state = this.start;
    for (let end = text.length; end >= 0 && !state.isFinal; ) {
      let start = end;
      while (start > 0 && text.charCodeAt(start - 1) !== SLASH) start--;
      state = state.follow(text, start, end);
      end = start - 1;
    }
    return state.outcome;
  }
}

/** How far a path has come. */
export class SegmentState<Rule, Outcome extends object> {
  /** The literal, when some rule waits for this one and none for another or for a mixed glob: comparing is quicker then. */
  readonly onlyLiteral: string | undefined;
  readonly #store: StateStore<Rule, Outcome>;
  /** Where the rules that may yet hold have come to. */
  readonly #nodes: readonly RuleNode<Rule>[];
  /** Where rules ended that hold whatever follows. */
  readonly #settled: readonly RuleNode<Rule>[];
  readonly #hasMixed: boolean;
  /** Steps that were taken before, if rules wait for several literals. */
  readonly #afterLiteral: Map<string, SegmentState<Rule, Outcome>> | undefined;
  #afterOnlyLiteral: SegmentState<Rule, Outcome> | undefined;
  #afterMixed: Map<string, SegmentState<Rule, Outcome>> | undefined;
  #afterEmpty: SegmentState<Rule, Outcome> | undefined;
  #afterOther: SegmentState<Rule, Outcome> | undefined;
  #outcome: Outcome | undefined;

  constructor(store: StateStore<Rule, Outcome>, nodes: readonly RuleNode<Rule>[], settled: readonly RuleNode<Rule>[]) {
    this.#store = store;
    this.#nodes = nodes;
    this.#settled = settled;
    this.#hasMixed = nodes.some((node) => node.hasMixed);
    const literals = nodes.reduce((count, node) => count + node.literals.size, 0);
    const [literal] = literals === 1 && !this.#hasMixed ? nodes.flatMap((node) => [...node.literals.keys()]) : [];
    // In a text that is read, a slash would end the segment.
    if (literal?.includes('/') === false) this.onlyLiteral = literal;
    else if (literals > 0) this.#afterLiteral = new Map();
  }

  /** What holds if the path ends here. */
  get outcome(): Outcome {
    this.#outcome ??= this.#store.toOutcome(this.#rules());
    return this.#outcome;
  }

  /** How much it holds. */
  get size(): number {
    return 1 + this.#nodes.length + this.#settled.length;
  }

  /** Whether no further segment can change the outcome. */
  get isFinal(): boolean {
    return this.#nodes.length === 0;
  }

  /** The state after one more segment, which is the part of the text from `start` to `end`. */
  follow(text: string, start: number, end: number): SegmentState<Rule, Outcome> {
    const only = this.onlyLiteral;
    if (only !== undefined) {
      if (end - start !== only.length) return this.#followUnlike(start === end);
      const isLiteral = text.startsWith(only, start) || this.#store.fold(text.slice(start, end)) === only;
      return isLiteral ? this.followOnlyLiteral(only) : this.#followUnlike(start === end);
    }
    if (this.#afterLiteral !== undefined) {
      const segment = text.slice(start, end);
      // Most segments come as the literals are written: folding can wait.
      return this.#afterLiteral.get(segment) ?? this.#followFolded(this.#store.fold(segment));
    }
    return this.#hasMixed
      ? this.#followMixed(this.#store.fold(text.slice(start, end)))
      : this.#followUnlike(start === end);
  }

  /** The state after one more segment, which is {@link onlyLiteral}. */
  followOnlyLiteral(literal: string): SegmentState<Rule, Outcome> {
    if (this.#afterOnlyLiteral !== undefined) return this.#afterOnlyLiteral;
    const state = this.#step(literal === '', this.#literalNodes(literal));
    return this.#store.keep(state, () => (this.#afterOnlyLiteral = state));
  }

  #followFolded(segment: string): SegmentState<Rule, Outcome> {
    const known = this.#afterLiteral?.get(segment);
    if (known !== undefined) return known;
    if (!this.#nodes.some((node) => node.literals.has(segment))) return this.#followMixed(segment);
    const state = this.#step(segment === '', [...this.#literalNodes(segment), ...this.#mixedNodes(segment)]);
    return this.#store.keep(state, () => this.#afterLiteral?.set(segment, state));
  }

  /** After a segment that is none of the literals. */
  #followMixed(segment: string): SegmentState<Rule, Outcome> {
    const nodes = this.#mixedNodes(segment);
    if (nodes.length === 0) return this.#followUnlike(segment === '');
    this.#afterMixed ??= new Map();
    const steps = this.#afterMixed;
    const key = keyOf(nodes);
    const known = steps.get(key);
    if (known !== undefined) return known;
    const state = this.#step(false, nodes);
    return this.#store.keep(state, () => steps.set(key, state));
  }

  /** After a segment that is none of the literals and fits none of the mixed globs. */
  #followUnlike(isEmpty: boolean): SegmentState<Rule, Outcome> {
    const known = isEmpty ? this.#afterEmpty : this.#afterOther;
    if (known !== undefined) return known;
    const state = this.#step(isEmpty, []);
    return this.#store.keep(state, () => {
      if (isEmpty) this.#afterEmpty = state;
      else this.#afterOther = state;
    });
  }

  #literalNodes(segment: string): RuleNode<Rule>[] {
    return this.#nodes.flatMap((node) => node.literals.get(segment) ?? []);
  }

  #mixedNodes(segment: string): readonly RuleNode<Rule>[] {
    const [first, second] = this.#nodes;
    if (first !== undefined && second === undefined) return first.afterMixed(segment);
    return this.#nodes.flatMap((node) => node.afterMixed(segment));
  }

  /** After a segment that leads to the chosen nodes besides those any segment leads to. */
  #step(isEmpty: boolean, chosen: readonly RuleNode<Rule>[]): SegmentState<Rule, Outcome> {
    return this.#store.stateOf([...chosen, ...this.#nodes.flatMap((node) => node.afterAny(isEmpty))], this.#settled);
  }

  #rules(): Rule[] {
    return [...this.#nodes.flatMap((node) => node.closed), ...this.#settled.flatMap((node) => node.open)];
  }
}

const SLASH = '/'.charCodeAt(0);

function isSegmentEnd(text: string, position: number, end: number): boolean {
  return position === end || (position < end && text.charCodeAt(position) === SLASH);
}

function endOfSegment(text: string, start: number, end: number): number {
  const slash = text.indexOf('/', start);
  return slash < 0 || slash > end ? end : slash;
}

/** Keeps the states that were made, one for each set of nodes. */
class StateStore<Rule, Outcome extends object> {
  readonly fold: (segment: string) => string;
  readonly toOutcome: (rules: readonly Rule[]) => Outcome;
  readonly #states = new Map<string, SegmentState<Rule, Outcome>>();
  #room: number;

  /** @param room how much the states may hold together that steps are kept to */
  constructor(room: number, fold: (segment: string) => string, toOutcome: (rules: readonly Rule[]) => Outcome) {
    this.#room = room;
    this.fold = fold;
    this.toOutcome = toOutcome;
  }

  /** The state for nodes just reached, after the nodes of open rules that were reached before. */
  stateOf(reached: readonly RuleNode<Rule>[], settledBefore: readonly RuleNode<Rule>[]): SegmentState<Rule, Outcome> {
    const nodes = reached.filter((node) => node.isGoing);
    const settled = [...settledBefore, ...reached.filter((node) => node.open.length > 0)];
    const key = `${keyOf(nodes)} ${keyOf(settled)}`;
    let state = this.#states.get(key);
    if (state === undefined) {
      state = new SegmentState(this, nodes, settled);
      if (this.#room > 0) this.#states.set(key, state);
    }
    return state;
  }

  /** Lets a step to the state be kept while there is room. */
  keep(state: SegmentState<Rule, Outcome>, keepStep: () => void): SegmentState<Rule, Outcome> {
    if (this.#room > 0) {
      this.#room -= state.size;
      keepStep();
    }
    return state;
  }
}

/** Equal for equal sets of nodes. */
function keyOf(nodes: readonly RuleNode<unknown>[]): string {
  if (nodes.length === 1) return String(nodes[0]?.id);
  const ids = nodes.map((node) => node.id);
  return ids.sort((one, other) => one - other).join();
}
