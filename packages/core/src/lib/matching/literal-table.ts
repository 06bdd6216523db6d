import { foldCase } from './fold-case.js';

/** What a {@link LiteralTable} gives for a segment that is none of its literals. */
export const NO_LITERAL: number = -1;

/**
 * Numbers the literals that segments are compared with, and tells a segment's number from the path it stands in, letter by
 * letter: to cut each segment out, fold it and ask a `Map` takes longer (`npm run bench -- --parts matching`).
 */
export class LiteralTable {
  /** Where the segment ends that was read last. */
  segmentEnd = 0;
  readonly #literals: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #ignoresCase: boolean;
  /** The literals, one after another. */
  readonly #units: Uint16Array;
  /** Where each of them begins, and where the last one ends. */
  readonly #starts: Int32Array;
  /** The number of each literal, at the place that its hash says or the next that was free. Half of it is empty. */
  readonly #slots: Int32Array;

  /** @param literals normal segments, each once, and in lower case when case is ignored */
  constructor(literals: Iterable<string>, ignoresCase: boolean) {
    this.#literals = [...literals];
    this.#numbers = new Map(this.#literals.map((literal, number) => [literal, number]));
    this.#ignoresCase = ignoresCase;
    this.#units = Uint16Array.from(this.#literals.flatMap(unitsOf));
    this.#starts = new Int32Array(this.#literals.length + 1);
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * this.#literals.length + 1))).fill(NO_LITERAL);
    for (const [number, literal] of this.#literals.entries()) {
      this.#starts[number + 1] = (this.#starts[number] as number) + literal.length;
      this.#slots[this.#freeSlot(literal)] = number;
    }
  }

  /** A segment as the literals are written: without letter case, if it is ignored. */
  fold(segment: string): string {
    return this.#ignoresCase ? foldCase(segment) : segment;
  }

  /** The number of a segment. */
  numberOf(segment: string): number {
    return this.#numbers.get(this.fold(segment)) ?? NO_LITERAL;
  }

  /** The number of the segment that begins at `start` and ends before the next slash or at `end`; sets `segmentEnd`. */
  read(text: string, start: number, end: number): number {
    let hash = 0;
    let allUnits = 0;
    let position = start;
    for (; position < end; position++) {
      const unit = text.charCodeAt(position);
      if (unit === SLASH) break;
      hash = mix(hash, unit);
      allUnits |= unit;
    }
    this.segmentEnd = position;
    const number = this.#lookUp(hash, text, start, position);
    // Only letters of ASCII were folded.
    return number === NO_LITERAL && allUnits > LAST_OF_ASCII ? this.numberOf(text.slice(start, position)) : number;
  }

  /** Whether a literal stands in the text from `start` to `end`, which are as far apart as it is long. */
  standsAt(number: number, text: string, start: number, end: number): boolean {
    const units = this.#units;
    const offset = (this.#starts[number] as number) - start;
    for (let position = start; position < end; position++) {
      if (text.charCodeAt(position) !== units[position + offset])
        return this.#ignoresCase && this.#standsFolded(number, text, start, end);
    }
    return true;
  }

  #lookUp(hash: number, text: string, start: number, end: number): number {
    const slots = this.#slots;
    const last = slots.length - 1;
    for (let slot = placeOf(hash) & last; ; slot = (slot + 1) & last) {
      const number = slots[slot] as number;
      if (number === NO_LITERAL) return number;
      if (this.#lengthOf(number) === end - start && this.standsAt(number, text, start, end)) return number;
    }
  }

  #lengthOf(number: number): number {
    return (this.#starts[number + 1] as number) - (this.#starts[number] as number);
  }

  #standsFolded(number: number, text: string, start: number, end: number): boolean {
    const units = this.#units;
    const offset = (this.#starts[number] as number) - start;
    for (let position = start; position < end; position++) {
      const unit = text.charCodeAt(position);
      const wanted = units[position + offset];
      if (unit === wanted) continue;
      if (unit > LAST_OF_ASCII) return this.fold(text.slice(start, end)) === this.#literals[number];
      if (!isCapital(unit) || unit + TO_LOWER_CASE !== wanted) return false;
    }
    return true;
  }

  #freeSlot(literal: string): number {
    const last = this.#slots.length - 1;
    let slot = placeOf(unitsOf(literal).reduce(mix, 0)) & last;
    while (this.#slots[slot] !== NO_LITERAL) slot = (slot + 1) & last;
    return slot;
  }
}

const SLASH = '/'.charCodeAt(0);
const LAST_OF_ASCII = 0x7f;
const TO_LOWER_CASE = 0x20;

function unitsOf(text: string): number[] {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}

function isCapital(unit: number): boolean {
  return unit >= 0x41 && unit <= 0x5a;
}

/** FNV-1a, blind to the case of ASCII letters. */
function mix(hash: number, unit: number): number {
  return Math.imul(hash ^ (unit | TO_LOWER_CASE), 0x0100_0193);
}

/** Lets the high bits count. */
function placeOf(hash: number): number {
  return hash ^ (hash >>> 15);
}
