import type { Operations, OperationView } from '@verbena/operations';
import { expect } from 'chai';

/** What one watcher sees of an operation. */
export class Seen {
  readonly views: OperationView[] = [];
  readonly over: Promise<void>;

  constructor(operations: Operations, id: string) {
    this.over = this.#watch(operations, id);
  }

  get last(): OperationView | undefined {
    return this.views.at(-1);
  }

  /** Each view is newer than the one before, no attempt comes back, none goes backwards, and one end is the last. */
  check(): void {
    for (const [index, view] of this.views.entries()) {
      const before = this.views[index - 1];
      if (before === undefined) continue;
      expect(view.seq).to.be.above(before.seq);
      expect(view.attempt).to.be.at.least(before.attempt);
      const [value, earlier] = [view.progress?.value, before.progress?.value];
      if (view.attempt === before.attempt && value != null && earlier != null) expect(value).to.be.at.least(earlier);
    }
    const ends = this.views.filter(({ state }) => ['succeeded', 'failed', 'cancelled'].includes(state));
    expect(ends).to.deep.equal([this.last]);
  }

  async #watch(operations: Operations, id: string): Promise<void> {
    for await (const view of operations.watch(id)) this.views.push(view);
  }
}
