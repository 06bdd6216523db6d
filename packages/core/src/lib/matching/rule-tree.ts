import type { Glob } from './glob.js';
import { type GlobEntry, GlobIndex } from './glob-index.js';

/** Something that holds for every path whose segments fit the globs one by one. */
export interface SegmentRule<Rule> {
  readonly segments: readonly Glob[];
  /** Whether any segments may follow. */
  readonly open: boolean;
  /** What holds for such a path. */
  readonly rule: Rule;
}

/** A tree of rules: those that begin with like segments share the nodes for these. */
export class RuleTree<Rule> {
  readonly root: RuleNode<Rule> = new RuleNode(0);
  /** Those of all rules. */
  readonly literals: Set<string> = new Set();
  #size = 1;
  #depth = 0;

  constructor(rules: Iterable<SegmentRule<Rule>>) {
    for (const { segments, open, rule } of rules) {
      let node = this.root;
      for (const glob of segments) {
        if (glob.kind === 'literal') this.literals.add(glob.head);
        node = node.after(glob) ?? node.grow(glob, this.#size++);
      }
      (open ? node.open : node.closed).push(rule);
      this.#depth = Math.max(this.#depth, segments.length);
    }
  }

  /** How many segments the longest rule has. */
  get depth(): number {
    return this.#depth;
  }

  /** How many nodes there are. */
  get size(): number {
    return this.#size;
  }
}

/** The place in a {@link RuleTree} after some segments. */
export class RuleNode<Rule> {
  /** Rules that hold when the path ends here. */
  readonly closed: Rule[] = [];
  /** Rules that hold whatever follows. */
  readonly open: Rule[] = [];
  /** The nodes after a literal segment. */
  readonly literals: Map<string, RuleNode<Rule>> = new Map();
  /** The nodes after a segment that fits a mixed glob, by the glob's canonical form; few nodes have any. */
  #mixed: Map<string, GlobEntry<RuleNode<Rule>>> | undefined;
  #mixedIndex: GlobIndex<RuleNode<Rule>> | undefined;
  #any: RuleNode<Rule> | undefined;
  #anyButEmpty: RuleNode<Rule> | undefined;

  constructor(readonly id: number) {}

  get hasMixed(): boolean {
    return this.#mixed !== undefined;
  }

  /** Whether a further segment, or the end of the path, can make a rule hold. */
  get isGoing(): boolean {
    const hasChildren =
      this.literals.size > 0 || this.hasMixed || this.#any !== undefined || this.#anyButEmpty !== undefined;
    return hasChildren || this.closed.length > 0;
  }

  /** The node after a segment of this form, when a rule has one here. */
  after(glob: Glob): RuleNode<Rule> | undefined {
    if (glob.kind === 'literal') return this.literals.get(glob.head);
    if (glob.kind === 'mixed') return this.#mixed?.get(glob.canonical)?.value;
    return glob.minLength === 0 ? this.#any : this.#anyButEmpty;
  }

  /** Adds the node after a segment of this form. */
  grow(glob: Glob, id: number): RuleNode<Rule> {
    const node = new RuleNode<Rule>(id);
    if (glob.kind === 'literal') this.literals.set(glob.head, node);
    else if (glob.kind === 'mixed') (this.#mixed ??= new Map()).set(glob.canonical, { glob, value: node });
    else if (glob.minLength === 0) this.#any = node;
    else this.#anyButEmpty = node;
    return node;
  }

  /** The nodes after the mixed globs that the segment fits. The tree must have stopped growing. */
  afterMixed(segment: string): readonly RuleNode<Rule>[] {
    if (this.#mixed === undefined) return NO_NODES;
    this.#mixedIndex ??= new GlobIndex([...this.#mixed.values()]);
    return this.#mixedIndex.find(segment);
  }

  /** The nodes that any segment leads to, or an empty one. */
  afterAny(isEmpty: boolean): RuleNode<Rule>[] {
    return [this.#any, isEmpty ? undefined : this.#anyButEmpty].filter((node) => node !== undefined);
  }
}

const NO_NODES: readonly never[] = [];
