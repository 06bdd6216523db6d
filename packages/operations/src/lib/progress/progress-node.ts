import type { OperationProgress } from '../record.js';
import type { ProgressReport } from './report.js';
import { lineOf } from './line.js';

/** What a node tells of, besides its progress. */
export interface NodeWatcher {
  /** There is news. */
  touched(): void;
  warn(message: string): void;
}

/** How long texts may be, in characters. */
const MESSAGE_LIMIT = 200;
const WORD_LIMIT = 64;

/**
 * Progress of the work or of one part of it. Numbers are put right here, the same way everywhere (benchmark: operations, reporting):
 * what is no number is unknown, what is outside is moved to the edge, and what would go back is passed over.
 */
export class ProgressNode {
  readonly children: ProgressNode[] = [];
  /** How often progress would have gone back. */
  ignored = 0;
  #value: number | null = null;
  /** How far it was at most; -1 before the first number. */
  #highest = -1;
  #done: number | undefined;
  #total: number | undefined;
  #unit: string | undefined;
  #phase: string | undefined;
  #message: string | undefined;

  constructor(
    private readonly watcher: NodeWatcher,
    readonly name: string = '',
    readonly weight: number = 1,
  ) {}

  /** Takes news; never throws. */
  readonly report = (progress: unknown): void => {
    if (typeof progress === 'number') this.#take(progress);
    else if (progress === null) this.#value = null;
    else if (typeof progress === 'object') this.#readSafely(progress);
    else this.#take(Number.NaN);
    this.watcher.touched();
  };

  readonly finish = (): void => this.report(1);

  /** How far it has come: by its parts, once it has any. */
  get value(): number | null {
    if (this.children.length === 0) return this.#value;
    const values = this.children.map((child) => child.value);
    if (values.every((value) => value === null)) return this.#highest < 0 ? null : this.#highest;
    const weight = this.children.reduce((sum, child) => sum + child.weight, 0);
    const sum = this.children.reduce((all, child, index) => all + (values[index] ?? 0) * child.weight, 0);
    // A part that begins late must not take back what was told.
    this.#highest = Math.max(this.#highest, Math.min(1, sum / weight));
    return this.#highest;
  }

  /** As it is told of, without its parts. */
  get own(): OperationProgress {
    const shown: { -readonly [Key in keyof OperationProgress]: OperationProgress[Key] } = { value: this.value };
    if (this.#done !== undefined) shown.done = this.#done;
    if (this.#total !== undefined) shown.total = this.#total;
    if (this.#unit !== undefined) shown.unit = lineOf(this.#unit, WORD_LIMIT);
    if (this.#phase !== undefined) shown.phase = lineOf(this.#phase, WORD_LIMIT);
    if (this.#message !== undefined) shown.message = lineOf(this.#message, MESSAGE_LIMIT);
    return shown;
  }

  #readSafely(progress: ProgressReport): void {
    try {
      this.#read(progress);
    } catch {
      this.watcher.warn('report() was given an object that throws when it is read');
    }
  }

  #read({ value, done, total, unit, phase, message, reset }: ProgressReport): void {
    if (reset === true) this.#reset();
    if (typeof unit === 'string') this.#unit = unit;
    if (typeof phase === 'string') this.#phase = phase;
    if (typeof message === 'string') this.#message = message;
    if (value === null) this.#value = null;
    else if (value !== undefined) this.#take(value);
    if (done === undefined && total === undefined) return;
    this.#takeCount(value === undefined, done ?? this.#done ?? 0, total ?? this.#total);
  }

  /** Takes what is done of how much; both are kept only where they are numbers that make sense. */
  #takeCount(isValue: boolean, done: unknown, total: unknown): void {
    if (!isAmount(done)) {
      if (isValue) this.#take(Number.NaN);
      return;
    }
    const isKnown = isAmount(total) && total > 0;
    if (total !== undefined && !isKnown && isValue) {
      this.#value = null;
      this.#total = undefined;
    }
    if (isValue && isKnown && !this.#take(done / total)) return;
    this.#done = Math.max(0, isKnown ? Math.min(done, total) : done);
    if (isKnown) this.#total = total;
  }

  /** Whether a number was taken, and not passed over. */
  #take(value: unknown): boolean {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      this.#value = null;
      this.watcher.warn(
        `report() was given ${describe(value)}, where a number from 0 to 1 belongs; progress is unknown now`,
      );
      return true;
    }
    const within = value < 0 ? 0 : value > 1 ? 1 : value;
    if (within < this.#highest) {
      this.ignored += 1;
      return false;
    }
    this.#highest = within;
    this.#value = within;
    return true;
  }

  #reset(): void {
    this.#value = null;
    this.#highest = -1;
    this.#done = undefined;
    this.#total = undefined;
    this.children.length = 0;
  }
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function describe(value: unknown): string {
  return typeof value === 'number' ? String(value) : value === undefined ? 'undefined' : `a ${typeof value}`;
}
