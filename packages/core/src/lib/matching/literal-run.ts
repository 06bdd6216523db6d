/**
 * Literal segments that follow one another, recognised in one go: a regular expression compares text faster than a loop
 * does, from two segments on (`npm run bench -- --parts matching`).
 */
export class LiteralRun {
  /** Where its segments end, from where it begins. */
  readonly ends: readonly number[];
  readonly #length: number;
  readonly #pattern: RegExp;

  /** @param literals none with a slash */
  constructor(literals: readonly string[]) {
    const text = literals.join('/');
    this.#length = text.length;
    this.#pattern = new RegExp(`${text.replace(SPECIAL, '\\$&')}(?![^/])`, 'y');
    this.ends = literals.map((_literal, index) => literals.slice(0, index + 1).join('/').length);
  }

  /** Whether segments of a text are those of the run, letter case included: the first at `start`, and all before `end`. */
  standsAt(text: string, start: number, end: number): boolean {
    this.#pattern.lastIndex = start;
    return start + this.#length <= end && this.#pattern.test(text);
  }
}

const SPECIAL = /[\\^$.*+?()[\]{}|/]/g;
