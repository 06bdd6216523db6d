import type { OperationRecord } from './record.js';

/** How far it is is spoken of no more often than this. */
const QUIET_MS = 10_000;

/** Says what is due to be spoken of: a state or restart that is new, or how far it is. */
export type Announcer = (
  record: OperationRecord,
  /** After how many percent to say how far it is; 0 for never. */
  percentStep: number,
  nowMs: number,
) => 'state' | 'percent' | undefined;

/** One for each operation, as it remembers what was said. */
export function createAnnouncer(): Announcer {
  let said = '';
  let saidStep = 0;
  let saidMs = 0;

  return ({ state, attempt, progress }, percentStep, nowMs) => {
    const standing = state + attempt;
    const step = Math.floor(((progress?.value ?? 0) * 100) / percentStep);
    const due =
      standing !== said
        ? 'state'
        : step > saidStep && percentStep > 0 && nowMs - saidMs >= QUIET_MS
          ? 'percent'
          : undefined;
    if (due) {
      said = standing;
      saidStep = step;
      saidMs = nowMs;
    }
    return due;
  };
}
