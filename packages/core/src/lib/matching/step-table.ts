import { LiteralRun } from './literal-run.js';
import { type LiteralTable, NO_LITERAL } from './literal-table.js';
import type { SegmentState, StateStore } from './segment-state.js';

// The cells of a row; pairs of a literal and the row after it follow where the choices are a few literals.
const CHOICES = 0;
const STATE = 1;
const AFTER_EMPTY = 2;
const AFTER_OTHER = 3;
const LITERALS = 4;

// What a segment can be, when it is not one of a few literals: anything at all, one of many literals, or fit a mixed glob.
const FINAL = -1;
const MANY = -2;
const MIXED = -3;

/** To compare a segment with so many literals in turn takes no longer than to look it up. */
const FEW = 4;

const NO_ROW = 0;
const FIRST_ROW = 1;

/**
 * The steps that were taken from state to state so far, as numbers side by side: a row is a tenth of the memory that a state
 * is, so that large tables stay quick (`npm run bench -- --parts matching`). The states tell what is not yet here.
 */
export class StepTable<Rule, Outcome extends object> {
  /** Where the segments of the path end that was read last, as far as it had to be read. */
  readonly segmentEnds: Int32Array;
  readonly #store: StateStore<Rule, Outcome>;
  readonly #literals: LiteralTable;
  /** The literals that most paths begin with, and the row after them. */
  readonly #prefix: LiteralRun | undefined;
  readonly #afterPrefix: number = NO_ROW;
  readonly #states: SegmentState<Rule, Outcome>[] = [];
  readonly #outcomes: (Outcome | undefined)[] = [];
  readonly #rows = new Map<SegmentState<Rule, Outcome>, number>();
  /** By state, for those with many literals: the rows after them. */
  readonly #branches: (Map<number, number> | undefined)[] = [];
  #cells = new Int32Array(256);
  #size = FIRST_ROW;

  /** @param depth how many segments are read at most */
  constructor(
    start: SegmentState<Rule, Outcome>,
    store: StateStore<Rule, Outcome>,
    literals: LiteralTable,
    depth: number,
  ) {
    this.#store = store;
    this.#literals = literals;
    this.segmentEnds = new Int32Array(depth);
    this.#addRow(start);
    const prefix: string[] = [];
    let state = start;
    for (let only = state.onlyLiteral; only !== undefined; only = state.onlyLiteral) {
      prefix.push(only);
      state = state.follow(only);
    }
    if (prefix.length < 2) return;
    this.#prefix = new LiteralRun(prefix);
    this.#afterPrefix = this.#addRow(state);
  }

  /** What holds for a path that is the part of a text from `start` to `end`; slashes separate the segments. */
  read(text: string, start: number, end: number): Outcome {
    const literals = this.#literals;
    const ends = this.segmentEnds;
    let row = FIRST_ROW;
    let count = 0;
    let position = start;
    if (this.#prefix?.standsAt(text, start, end)) {
      for (const length of this.#prefix.ends) ends[count++] = position = start + length;
      row = this.#afterPrefix;
      position++;
    }
    for (; position <= end; position = literals.segmentEnd + 1) {
      const choices = this.#cells[row + CHOICES] as number;
      if (choices === FINAL) break;
      const next =
        choices >= 0
          ? this.#readFew(row, choices, text, position, end)
          : choices === MANY
            ? this.#readMany(row, text, position, end)
            : this.#readMixed(text, position, end);
      ends[count++] = literals.segmentEnd;
      if (next === NO_ROW) {
        const state = this.#follow(row, text.slice(position, literals.segmentEnd));
        row = this.#rows.get(state) ?? NO_ROW;
        if (row === NO_ROW) return this.#readOn(state, text, literals.segmentEnd + 1, end, count);
      } else row = next;
    }
    return this.#outcomeAt(row);
  }

  #readFew(row: number, choices: number, text: string, start: number, end: number): number {
    const literals = this.#literals;
    const cells = this.#cells;
    const first = row + LITERALS;
    for (let cell = first; cell < first + 2 * choices; cell += 2) {
      if (literals.readIf(cells[cell] as number, text, start, end)) return cells[cell + 1] as number;
    }
    literals.readOver(text, start, end);
    return cells[row + (literals.segmentEnd === start ? AFTER_EMPTY : AFTER_OTHER)] as number;
  }

  #readMany(row: number, text: string, start: number, end: number): number {
    const cells = this.#cells;
    const number = this.#literals.read(text, start, end);
    if (number !== NO_LITERAL) return this.#branches[cells[row + STATE] as number]?.get(number) ?? NO_ROW;
    return cells[row + (this.#literals.segmentEnd === start ? AFTER_EMPTY : AFTER_OTHER)] as number;
  }

  #readMixed(text: string, start: number, end: number): number {
    this.#literals.readOver(text, start, end);
    return NO_ROW;
  }

  #outcomeAt(row: number): Outcome {
    const index = this.#cells[row + STATE] as number;
    return (this.#outcomes[index] ??= (this.#states[index] as SegmentState<Rule, Outcome>).outcome);
  }

  /** Takes a step that is not in the table, and keeps it while there is room. */
  #follow(row: number, segment: string): SegmentState<Rule, Outcome> {
    const index = this.#cells[row + STATE] as number;
    const state = this.#states[index] as SegmentState<Rule, Outcome>;
    const after = state.follow(segment);
    if (state.hasMixed && this.#rows.has(after)) return after;
    return this.#store.keep(after, () => {
      const next = this.#rows.get(after) ?? this.#addRow(after);
      if (state.hasMixed) return;
      const number = this.#literals.numberOf(segment);
      const branch = this.#branches[index];
      if (branch !== undefined && number !== NO_LITERAL) branch.set(number, next);
      else this.#cells[this.#cellAfter(row, number, segment)] = next;
    });
  }

  #cellAfter(row: number, number: number, segment: string): number {
    const first = row + LITERALS;
    const last = first + 2 * Math.max(0, this.#cells[row + CHOICES] as number);
    for (let cell = first; cell < last; cell += 2) if (this.#cells[cell] === number) return cell + 1;
    return row + (segment === '' ? AFTER_EMPTY : AFTER_OTHER);
  }

  /** Reads the rest of a path without the table. */
  #readOn(from: SegmentState<Rule, Outcome>, text: string, start: number, end: number, read: number): Outcome {
    let state = from;
    let count = read;
    for (let position = start; position <= end && !state.isFinal; position = this.#literals.segmentEnd + 1) {
      this.#literals.readOver(text, position, end);
      this.segmentEnds[count++] = this.#literals.segmentEnd;
      state = state.follow(text.slice(position, this.#literals.segmentEnd));
    }
    return state.outcome;
  }

  #addRow(state: SegmentState<Rule, Outcome>): number {
    const literals = [...state.literals];
    // In a text that is read, a slash would end the segment.
    const areFew = literals.length <= FEW && !literals.some((literal) => literal.includes('/'));
    const choices = state.isFinal ? FINAL : state.hasMixed ? MIXED : areFew ? literals.length : MANY;
    const pairs = choices > 0 ? literals.flatMap((literal) => [this.#literals.numberOf(literal), NO_ROW]) : [];
    const row = this.#size;
    this.#size += LITERALS + pairs.length;
    if (this.#size > this.#cells.length) this.#grow();
    this.#cells.set([choices, this.#states.length, NO_ROW, NO_ROW, ...pairs], row);
    this.#rows.set(state, row);
    this.#states.push(state);
    this.#outcomes.push(undefined);
    this.#branches.push(choices === MANY ? new Map() : undefined);
    return row;
  }

  #grow(): void {
    const cells = new Int32Array(2 * this.#cells.length);
    cells.set(this.#cells);
    this.#cells = cells;
  }
}
