import type { OperationProgress } from './record.js';

const HALF_LIFE_MS = 15_000;
/** What five seconds come to when older ones count less. */
const SHOWN_AFTER_MS = 4_450;
const SHOWN_AFTER_SAMPLES = 3;
const SHOWN_AFTER_VALUE = 0.02;

/** Estimates how long an attempt will still take, from how it has moved. Times are of a clock that only goes forward. */
export interface Eta {
  /** Tells where the work stands. */
  add(value: number, nowMs: number): void;
  /** Milliseconds still to go; undefined while nothing meaningful can be said. */
  remainingMs(nowMs: number): number | undefined;
}

/**
 * An estimate by an average of the rate in which a stretch of time counts half after fifteen seconds. While nothing
 * arrives the rate falls, and the estimate grows.
 */
export function createEta(): Eta {
  let samples = 0;
  let last = 0;
  let lastMs = 0;
  // Sums over time, both weighted by age: their quotient is the rate.
  let moved = 0;
  let passed = 0;

  return {
    add(value, nowMs) {
      if (samples++ > 0) {
        const kept = keptAfter(nowMs - lastMs);
        moved = moved * kept + value - last;
        passed = passed * kept + nowMs - lastMs;
      }
      last = value;
      lastMs = nowMs;
    },

    remainingMs(nowMs) {
      if (samples < SHOWN_AFTER_SAMPLES || passed < SHOWN_AFTER_MS || last < SHOWN_AFTER_VALUE) return;
      const kept = keptAfter(nowMs - lastMs);
      return ((1 - last) * (passed * kept + nowMs - lastMs)) / (moved * kept);
    },
  };
}

function keptAfter(ms: number): number {
  return 2 ** (-ms / HALF_LIFE_MS);
}

/** Whether the amount of work is known, in all its parts. */
export function isMeasured({ value, children = [] }: OperationProgress): boolean {
  return value !== null && children.every(isMeasured);
}
