/**
 * Tells which of many literals occur in a text, in one pass over the text however many literals there are
 * (Aho and Corasick, "Efficient string matching", 1975).
 */
export class LiteralFinder<Value> {
  readonly #root = new FinderNode<Value>();

  /** @param literals each with the value to report for it; none is empty */
  constructor(literals: Iterable<readonly [literal: string, value: Value]>) {
    for (const [literal, value] of literals) this.#add(literal, value);
    this.#link();
  }

  /** The values of the literals that occur in the text, each once. */
  find(text: string): Value[] {
    const found: Value[] = [];
    const reported = new Set<FinderNode<Value>>();
    let node = this.#root;
    for (let position = 0; position < text.length; position++) {
      node = this.#step(node, text.charCodeAt(position));
      let output: FinderNode<Value> | undefined = node.values.length > 0 ? node : node.nextOutput;
      while (output !== undefined && !reported.has(output)) {
        reported.add(output);
        found.push(...output.values);
        output = output.nextOutput;
      }
    }
    return found;
  }

  #add(literal: string, value: Value): void {
    let node = this.#root;
    for (let position = 0; position < literal.length; position++) {
      const unit = literal.charCodeAt(position);
      let child = node.children.get(unit);
      if (child === undefined) node.children.set(unit, (child = new FinderNode<Value>()));
      node = child;
    }
    node.values.push(value);
  }

  /** Breadth first, so that the shorter suffix a node falls back to is linked already. */
  #link(): void {
    const queue = [this.#root];
    for (const node of queue) {
      for (const [unit, child] of node.children) {
        const suffix = node === this.#root ? this.#root : this.#step(node.suffix ?? this.#root, unit);
        child.suffix = suffix;
        child.nextOutput = suffix.values.length > 0 ? suffix : suffix.nextOutput;
        queue.push(child);
      }
    }
  }

  #step(from: FinderNode<Value>, unit: number): FinderNode<Value> {
    let node: FinderNode<Value> | undefined = from;
    while (node !== undefined) {
      const child = node.children.get(unit);
      if (child !== undefined) return child;
      node = node.suffix;
    }
    return this.#root;
  }
}

class FinderNode<Value> {
  readonly children = new Map<number, FinderNode<Value>>();
  readonly values: Value[] = [];
  /** The node of the longest proper suffix that begins a literal; the root has none. */
  suffix: FinderNode<Value> | undefined;
  /** The nearest node along the suffixes at which a literal ends. */
  nextOutput: FinderNode<Value> | undefined;
}
