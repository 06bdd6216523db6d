import type { Operations, OperationView } from '@verbena/operations';
import { expect } from 'chai';

/** What a watcher sees of an operation at a time; a frame of progress tells no state. */
export interface View extends Partial<Pick<OperationView, 'state' | 'progress' | 'result' | 'error'>> {
  readonly seq: number;
  readonly attempt: number;
}

/** Each view is newer than the one before, no attempt comes back, none goes backwards, and one end is the last. */
export function expectOnward(views: readonly View[]): void {
  for (const [index, view] of views.entries()) {
    const before = views[index - 1];
    if (before === undefined) continue;
    expect(view.seq).to.be.above(before.seq);
    expect(view.attempt).to.be.at.least(before.attempt);
    const [value, earlier] = [view.progress?.value, before.progress?.value];
    if (view.attempt === before.attempt && value != null && earlier != null) expect(value).to.be.at.least(earlier);
  }
  expect(views.filter(isEnd)).to.deep.equal([views.at(-1)]);
}

/** Whether an operation stays as it is seen. */
export function isEnd({ state }: View): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled';
}

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

  check(): void {
    expectOnward(this.views);
  }

  async #watch(operations: Operations, id: string): Promise<void> {
    for await (const view of operations.watch(id)) this.views.push(view);
  }
}
