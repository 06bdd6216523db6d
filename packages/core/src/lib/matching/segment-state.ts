import { isNormalSegment } from './normalize-path.js';
import type { RuleNode } from './rule-tree.js';

/** How far a path has come. */
export class SegmentState<Rule, Outcome extends object> {
  /** Whether no further segment can change the outcome. */
  readonly isFinal: boolean;
  /** Whether some rule waits for a mixed glob. */
  readonly hasMixed: boolean;
  /** The literals that rules wait for. */
  readonly literals: ReadonlySet<string>;
  readonly #store: StateStore<Rule, Outcome>;
  /** Where the rules that may yet hold have come to. */
  readonly #nodes: readonly RuleNode<Rule>[];
  /** Where rules ended that hold whatever follows. */
  readonly #settled: readonly RuleNode<Rule>[];
  /** Steps that were taken before. */
  readonly #afterLiteral = new Map<string, SegmentState<Rule, Outcome>>();
  #afterMixed: Map<string, SegmentState<Rule, Outcome>> | undefined;
  #afterEmpty: SegmentState<Rule, Outcome> | undefined;
  #afterOther: SegmentState<Rule, Outcome> | undefined;
  #outcome: Outcome | undefined;

  constructor(store: StateStore<Rule, Outcome>, nodes: readonly RuleNode<Rule>[], settled: readonly RuleNode<Rule>[]) {
    this.isFinal = nodes.length === 0;
    this.hasMixed = nodes.some((node) => node.hasMixed);
    this.literals = new Set(nodes.flatMap((node) => [...node.literals.keys()]));
    this.#store = store;
    this.#nodes = nodes;
    this.#settled = settled;
  }

  /** What holds if the path ends here. */
  get outcome(): Outcome {
    this.#outcome ??= this.#store.toOutcome(this.#rules());
    return this.#outcome;
  }

  /** The literal, when rules wait for no other and for no mixed glob, and when it is a normal segment. */
  get onlyLiteral(): string | undefined {
    const [only, another] = this.literals;
    return another === undefined && !this.hasMixed && only !== undefined && isNormalSegment(only) ? only : undefined;
  }

  /** How much it holds. */
  get size(): number {
    return 1 + this.#nodes.length + this.#settled.length;
  }

  /** The state after one more segment, which may contain slashes. */
  follow(segment: string): SegmentState<Rule, Outcome> {
    if (this.literals.size === 0) {
      return this.hasMixed ? this.#followMixed(this.#store.fold(segment)) : this.#followUnlike(segment === '');
    }
    // Most segments come as the literals are written: folding can wait.
    return this.#afterLiteral.get(segment) ?? this.#followFolded(this.#store.fold(segment));
  }

  #followFolded(segment: string): SegmentState<Rule, Outcome> {
    const known = this.#afterLiteral.get(segment);
    if (known !== undefined) return known;
    if (!this.literals.has(segment)) return this.#followMixed(segment);
    const chosen = this.#nodes.flatMap((node) => node.literals.get(segment) ?? []);
    const state = this.#step(segment === '', [...chosen, ...this.#mixedNodes(segment)]);
    return this.#store.keep(state, () => this.#afterLiteral.set(segment, state));
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

/** Keeps the states that were made, one for each set of nodes. */
export class StateStore<Rule, Outcome extends object> {
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
