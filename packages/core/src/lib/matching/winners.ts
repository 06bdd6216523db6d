/** What {@link Winners} give when nothing answers: no entry has this number. */
export const NO_WINNER: number = -1;

const UNKNOWN = -2;

/**
 * The numbers of the entries that answer a verb at a place, side by side for all places: what a search has to fetch from
 * memory decides what it costs in a large table (`npm run bench -- --parts matching`).
 */
export class Winners {
  readonly #find: (place: number, verb: string) => number;
  readonly #classOf: (verb: string) => string | undefined;
  readonly #verbs: string[] = [];
  readonly #numbers: Int32Array[] = [];

  /**
   * @param find tells the number of an entry that is not known yet; `NO_WINNER` when there is none
   * @param classOf the same for all verbs that are treated alike; `undefined` for one whose winners are not to be kept
   */
  constructor(find: (place: number, verb: string) => number, classOf: (verb: string) => string | undefined) {
    this.#find = find;
    this.#classOf = classOf;
  }

  /** The number of the entry that answers the verb at a place. */
  at(place: number, verb: string): number {
    const verbs = this.#verbs;
    for (let index = 0; index < verbs.length; index++) {
      if (verbs[index] !== verb) continue;
      // Beyond its end the array gives nothing.
      const number = (this.#numbers[index] as Int32Array)[place] ?? UNKNOWN;
      return number === UNKNOWN ? this.#learn(index, place) : number;
    }
    const verbClass = this.#classOf(verb);
    if (verbClass === undefined) return this.#find(place, verb);
    if (verbClass !== verb) return this.at(place, verbClass);
    this.#verbs.push(verb);
    this.#numbers.push(new Int32Array(0));
    return this.#learn(verbs.length - 1, place);
  }

  #learn(index: number, place: number): number {
    const known = this.#numbers[index] as Int32Array;
    const numbers = place < known.length ? known : new Int32Array(Math.max(16, 2 * place)).fill(UNKNOWN);
    if (numbers !== known) numbers.set(known);
    this.#numbers[index] = numbers;
    return (numbers[place] = this.#find(place, this.#verbs[index] as string));
  }
}
