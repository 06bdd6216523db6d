import { type RuleNode, RuleTree, type SegmentRule } from './rule-tree.js';

/**
 * Tells which of many rules hold for a path, given segment by segment: all rules at once, one look-up for a step, however
 * many rules there are and however they overlap.
 *
 * The rules form a tree; a state is the set of its nodes that the segments so far lead to. States are made when first
 * needed and kept. They are told apart by the literals the rules declare and by the sets of globs a segment fits, never by
 * what else clients send. Rules that overlap at every level could make too many even so; beyond a limit in proportion to
 * the tree, states are made for one use and not kept.
 */
export class SegmentAutomaton<Rule, Outcome> {
  /** The state before the first segment. */
  readonly start: SegmentState<Rule, Outcome>;

  /** @param toOutcome makes an outcome of the rules that hold, which are given in no particular order */
  constructor(rules: Iterable<SegmentRule<Rule>>, toOutcome: (rules: readonly Rule[]) => Outcome) {
    const tree = new RuleTree(rules);
    this.start = new StateStore(4 * tree.size + 10_000, toOutcome).stateOf([tree.root], []);
  }
}

/** How far a path has come. */
export class SegmentState<Rule, Outcome> {
  readonly #store: StateStore<Rule, Outcome>;
  /** Where the rules that may yet hold have come to. */
  readonly #nodes: readonly RuleNode<Rule>[];
  /** Where rules ended that hold whatever follows. */
  readonly #settled: readonly RuleNode<Rule>[];
  readonly #nodesWithLiterals: readonly RuleNode<Rule>[];
  readonly #nodesWithMixed: readonly RuleNode<Rule>[];
  /** The literal, when some rule waits for this one and none for another or for a mixed glob: comparing is quicker then. */
  readonly #onlyLiteral: string | undefined;

  readonly #afterLiteral = new Map<string, SegmentState<Rule, Outcome>>();
  readonly #afterMixed = new Map<string, SegmentState<Rule, Outcome>>();
  #afterOnlyLiteral: SegmentState<Rule, Outcome> | undefined;
  #afterEmpty: SegmentState<Rule, Outcome> | undefined;
  #afterOther: SegmentState<Rule, Outcome> | undefined;
  #outcome: { readonly value: Outcome } | undefined;

  constructor(store: StateStore<Rule, Outcome>, nodes: readonly RuleNode<Rule>[], settled: readonly RuleNode<Rule>[]) {
    this.#store = store;
    this.#nodes = nodes;
    this.#settled = settled;
    this.#nodesWithLiterals = nodes.filter((node) => node.literals.size > 0);
    this.#nodesWithMixed = nodes.filter((node) => node.hasMixed);
    const literals = this.#nodesWithLiterals.length === 1 ? this.#nodesWithLiterals[0]?.literals : undefined;
    const isOnly = literals?.size === 1 && this.#nodesWithMixed.length === 0;
    this.#onlyLiteral = isOnly ? [...literals.keys()][0] : undefined;
  }

  /** What holds if the path ends here. */
  get outcome(): Outcome {
    this.#outcome ??= { value: this.#store.toOutcome(this.#rules()) };
    return this.#outcome.value;
  }

  /** Whether no further segment can change the outcome. */
  get isFinal(): boolean {
    return this.#nodes.length === 0;
  }

  /** The state after one more segment, which is the part of the text from `start` to `end`. */
  next(text: string, start: number, end: number): SegmentState<Rule, Outcome> {
    const only = this.#onlyLiteral;
    if (only !== undefined) {
      if (end - start === only.length && text.startsWith(only, start)) {
        return this.#afterOnlyLiteral ?? this.#nextOnlyLiteral(only);
      }
    } else if (this.#nodesWithLiterals.length > 0) {
      const segment = text.slice(start, end);
      return this.#afterLiteral.get(segment) ?? this.#nextNew(segment);
    } else if (this.#nodesWithMixed.length > 0) {
      return this.#nextMixed(text.slice(start, end));
    }
    return start === end ? this.#nextEmpty() : this.#nextOther();
  }

  #nextNew(segment: string): SegmentState<Rule, Outcome> {
    if (!this.#nodesWithLiterals.some((node) => node.literals.has(segment))) return this.#nextMixed(segment);
    const state = this.#step(segment === '', [...this.#literalNodes(segment), ...this.#mixedNodes(segment)]);
    return this.#store.keep(state, () => this.#afterLiteral.set(segment, state));
  }

  #nextOnlyLiteral(literal: string): SegmentState<Rule, Outcome> {
    const state = this.#step(literal === '', this.#literalNodes(literal));
    return this.#store.keep(state, () => (this.#afterOnlyLiteral = state));
  }

  /** After a segment that is none of the literals. */
  #nextMixed(segment: string): SegmentState<Rule, Outcome> {
    const nodes = this.#mixedNodes(segment);
    if (nodes.length === 0) return segment === '' ? this.#nextEmpty() : this.#nextOther();
    const key = keyOf(nodes);
    const known = this.#afterMixed.get(key);
    if (known !== undefined) return known;
    const state = this.#step(false, nodes);
    return this.#store.keep(state, () => this.#afterMixed.set(key, state));
  }

  #nextEmpty(): SegmentState<Rule, Outcome> {
    if (this.#afterEmpty !== undefined) return this.#afterEmpty;
    const state = this.#step(true, []);
    return this.#store.keep(state, () => (this.#afterEmpty = state));
  }

  #nextOther(): SegmentState<Rule, Outcome> {
    if (this.#afterOther !== undefined) return this.#afterOther;
    const state = this.#step(false, []);
    return this.#store.keep(state, () => (this.#afterOther = state));
  }

  #literalNodes(segment: string): RuleNode<Rule>[] {
    return this.#nodesWithLiterals.flatMap((node) => node.literals.get(segment) ?? []);
  }

  #mixedNodes(segment: string): readonly RuleNode<Rule>[] {
    const [first, second] = this.#nodesWithMixed;
    if (first !== undefined && second === undefined) return first.afterMixed(segment);
    return this.#nodesWithMixed.flatMap((node) => node.afterMixed(segment));
  }

  /** After a segment that leads to the chosen nodes besides those any segment leads to. */
  #step(isEmpty: boolean, chosen: readonly RuleNode<Rule>[]): SegmentState<Rule, Outcome> {
    return this.#store.stateOf([...chosen, ...this.#nodes.flatMap((node) => node.afterAny(isEmpty))], this.#settled);
  }

  #rules(): Rule[] {
    return [...this.#nodes.flatMap((node) => node.closed), ...this.#settled.flatMap((node) => node.open)];
  }
}

/** Keeps the states that were made, one for each set of nodes. */
class StateStore<Rule, Outcome> {
  readonly toOutcome: (rules: readonly Rule[]) => Outcome;
  readonly #states = new Map<string, SegmentState<Rule, Outcome>>();
  #room: number;

  /** @param room how many steps between states to keep */
  constructor(room: number, toOutcome: (rules: readonly Rule[]) => Outcome) {
    this.#room = room;
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
      this.#room--;
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
