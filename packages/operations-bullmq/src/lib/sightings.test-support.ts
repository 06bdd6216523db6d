import { expect } from 'chai';
import { expectOnward, isEnd, type View } from './seen.test-support.js';

/** Longest time from the start of an operation to its end, however often those are killed who work at it. */
const LIMIT_MS = 120_000;

/** What watchers, each with its connections one after the other, see of one operation. */
export class Sightings {
  readonly views: readonly [View[], View[]] = [[], []];
  readonly #limit: NodeJS.Timeout;
  #over!: () => void;
  #failed!: (error: Error) => void;
  /** Resolves when all have seen an end. */
  readonly over: Promise<void>;

  constructor(id: string) {
    this.over = new Promise((resolve, reject) => {
      this.#over = resolve;
      this.#failed = reject;
    });
    this.#limit = setTimeout(() => {
      this.fail(`${id} has come to no end: ${JSON.stringify(this.views.map((views) => views.at(-1)))}`);
    }, LIMIT_MS);
  }

  /** Who comes back is shown what it has seen last, if there is nothing newer. */
  take(watcher: number, view: View): void {
    const views = this.views[watcher]!;
    if (views.at(-1)?.seq !== view.seq) views.push(view);
    if (this.views.every((all) => all.some(isEnd))) this.#over();
  }

  fail(why: string): void {
    this.#failed(new Error(why));
  }

  /** None has seen anything older than what it saw before, each has seen one end, and all the same. */
  check(): View {
    clearTimeout(this.#limit);
    for (const views of this.views) expectOnward(views);
    const [one, other] = this.views.map((views) => views.at(-1)!);
    expect(one).to.deep.equal(other);
    return one!;
  }
}
