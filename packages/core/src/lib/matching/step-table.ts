import { LiteralRun } from './literal-run.js';
import { type LiteralTable, NO_LITERAL } from './literal-table.js';
import { isNormal } from './normalize-path.js';
import type { SegmentState, StateStore } from './segment-state.js';
import { Transitions } from './transitions.js';

/** What {@link StepTable.read} gives for a path that has to be read segment by segment. */
export const UNREAD: number = -1;

// The cells of a row; where the choices are a few literals, three cells for each of them follow.
const CHOICES = 0;
const STATE = 1;
const AFTER_EMPTY = 2;
const AFTER_OTHER = 3;
const LITERALS = 4;

// The cells of a literal.
const NUMBER = 0;
const LENGTH = 1;
const NEXT = 2;

// What a segment can be, when it is not one of a few literals: anything at all, one of many literals, or fit a mixed glob.
const FINAL = -1;
const MANY = -2;
const MIXED = -3;

/** To compare a segment with so many literals in turn takes no longer than to look it up. */
const FEW = 4;

/** Where a segment ends that `normalizePath` might change. */
const NOT_PLAIN = -1;

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
  readonly #rows = new Map<SegmentState<Rule, Outcome>, number>();
  /** The rows after one of many literals. */
  readonly #branches = new Transitions();
  #cells = new Int32Array(256);
  #size = FIRST_ROW;
  /** Where the segment ends that was read last. */
  #segmentEnd = 0;

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

  /**
   * Reads the path that is the part of a text from `start` to `end`; slashes separate the segments.
   *
   * @returns the place that the path leads to, for {@link outcomeAt}; `UNREAD` when the text is not normal in a segment that is no
   * literal, or when there is no room for a step to be kept
   */
  read(text: string, start: number, end: number): number {
    const ends = this.segmentEnds;
    let row = FIRST_ROW;
    let count = 0;
    let position = start;
    if (this.#prefix?.standsAt(text, start, end)) {
      const lengths = this.#prefix.ends;
      for (; count < lengths.length; count++) ends[count] = position = start + (lengths[count] as number);
      row = this.#afterPrefix;
      position++;
    }
    while (position <= end) {
      const choices = this.#cells[row + CHOICES] as number;
      if (choices === FINAL) return this.#placeOfAll(row, text);
      const next =
        choices >= 0 ? this.#readFew(row, choices, text, position, end) : this.#readOne(row, text, position, end);
      const segmentEnd = this.#segmentEnd;
      if (segmentEnd === NOT_PLAIN) return UNREAD;
      ends[count++] = segmentEnd;
      row = next === NO_ROW ? this.#follow(row, text.slice(position, segmentEnd)) : next;
      if (row === NO_ROW) return UNREAD;
      position = segmentEnd + 1;
    }
    return this.#cells[row + STATE] as number;
  }

  /** What holds for a path that leads to a place. */
  outcomeAt(place: number): Outcome {
    return (this.#states[place] as SegmentState<Rule, Outcome>).outcome;
  }

  /** The place of a row after which nothing counts; all of the text must be normal for it. */
  #placeOfAll(row: number, text: string): number {
    return isNormal(text) ? (this.#cells[row + STATE] as number) : UNREAD;
  }

  #readFew(row: number, choices: number, text: string, start: number, end: number): number {
    const cells = this.#cells;
    const first = row + LITERALS;
    for (let cell = first; cell < first + 3 * choices; cell += 3) {
      const segmentEnd = start + (cells[cell + LENGTH] as number);
      if (segmentEnd > end || (segmentEnd < end && text.charCodeAt(segmentEnd) !== SLASH)) continue;
      if (!this.#literals.standsAt(cells[cell + NUMBER] as number, text, start, segmentEnd)) continue;
      this.#segmentEnd = segmentEnd;
      return cells[cell + NEXT] as number;
    }
    const segmentEnd = endOfPlain(text, start, end);
    this.#segmentEnd = segmentEnd;
    return cells[row + (segmentEnd === start ? AFTER_EMPTY : AFTER_OTHER)] as number;
  }

  /** Reads a segment that is one of many literals, or may fit a mixed glob. */
  #readOne(row: number, text: string, start: number, end: number): number {
    const cells = this.#cells;
    const isMany = cells[row + CHOICES] === MANY;
    const number = isMany ? this.#literals.read(text, start, end) : NO_LITERAL;
    const segmentEnd = number === NO_LITERAL ? endOfPlain(text, start, end) : this.#literals.segmentEnd;
    this.#segmentEnd = segmentEnd;
    if (number !== NO_LITERAL) return this.#branches.after(row, number);
    return cells[row + (segmentEnd === start ? AFTER_EMPTY : AFTER_OTHER)] as number;
  }

  /** Takes a step that is not in the table, and keeps it while there is room. */
  #follow(row: number, segment: string): number {
    const state = this.#states[this.#cells[row + STATE] as number] as SegmentState<Rule, Outcome>;
    const after = state.follow(segment);
    const known = this.#rows.get(after);
    if (state.hasMixed && known !== undefined) return known;
    let next = NO_ROW;
    this.#store.keep(after, () => {
      next = known ?? this.#addRow(after);
      if (!state.hasMixed) this.#keepStep(row, segment, next);
    });
    return next;
  }

  #keepStep(row: number, segment: string, next: number): void {
    const cells = this.#cells;
    const number = this.#literals.numberOf(segment);
    const choices = cells[row + CHOICES] as number;
    if (choices === MANY && number !== NO_LITERAL) {
      this.#branches.add(row, number, next);
      return;
    }
    const first = row + LITERALS;
    for (let cell = first; cell < first + 3 * choices; cell += 3) {
      if (cells[cell + NUMBER] !== number) continue;
      cells[cell + NEXT] = next;
      return;
    }
    cells[row + (segment === '' ? AFTER_EMPTY : AFTER_OTHER)] = next;
  }

  #addRow(state: SegmentState<Rule, Outcome>): number {
    const literals = [...state.literals];
    const areFew =
      literals.length <= FEW && literals.every((literal) => this.#literals.numberOf(literal) !== NO_LITERAL);
    const choices = state.isFinal ? FINAL : state.hasMixed ? MIXED : areFew ? literals.length : MANY;
    const rows =
      choices > 0 ? literals.flatMap((literal) => [this.#literals.numberOf(literal), literal.length, NO_ROW]) : [];
    const row = this.#size;
    this.#size += LITERALS + rows.length;
    if (this.#size > this.#cells.length) this.#grow();
    this.#cells.set([choices, this.#states.length, NO_ROW, NO_ROW, ...rows], row);
    this.#rows.set(state, row);
    this.#states.push(state);
    return row;
  }

  #grow(): void {
    const cells = new Int32Array(2 * this.#cells.length);
    cells.set(this.#cells);
    this.#cells = cells;
  }
}

const SLASH = '/'.charCodeAt(0);
const PERCENT = '%'.charCodeAt(0);
const BACKSLASH = '\\'.charCodeAt(0);
const DOT = '.'.charCodeAt(0);

/** Where the segment ends that begins at `start`, before the next slash or at `end`; `NOT_PLAIN` when it might be spelt differently. */
function endOfPlain(text: string, start: number, end: number): number {
  let position = start;
  for (; position < end; position++) {
    const unit = text.charCodeAt(position);
    if (unit === SLASH) break;
    if (unit === PERCENT || unit === BACKSLASH || (unit === DOT && position === start)) return NOT_PLAIN;
  }
  return position;
}
