import { InvalidInputError } from './errors.js';
import { OperationFailure } from './failure.js';
import { problemOf } from './problems.js';
import type { OperationProblem } from './record.js';
import { isStopping } from './stop.js';

/** What is made of something that a handler threw. */
export interface Verdict {
  /** Whether it is only how the handler stopped after its signal had aborted. */
  readonly isStop: boolean;
  /** What watchers are told; nothing of an error that nobody expected. */
  readonly problem: OperationProblem;
  /** Whether another attempt may fare better. */
  readonly isRetryable: boolean;
  /** Whether watchers are told all there is to say. */
  readonly isSaid: boolean;
}

/** Of what nobody expected. */
const UNEXPECTED: Verdict = { isStop: false, problem: problemOf('threw'), isRetryable: true, isSaid: false };

/** Longest text that a failure tells those who watch, in characters. */
const DETAIL_LIMIT = 2_000;

/** Judges what was thrown, which may be anything. It is looked at here alone, as it may throw when it is: a Proxy can. */
export function verdictOn(thrown: unknown, signal: AbortSignal): Verdict {
  try {
    if (isStopping(thrown, signal)) return { ...UNEXPECTED, isStop: true };
    if (thrown instanceof InvalidInputError)
      return { ...UNEXPECTED, problem: problemOf('invalid-input'), isRetryable: false };
    return thrown instanceof OperationFailure ? verdictOnFailure(thrown) : UNEXPECTED;
  } catch {
    return UNEXPECTED;
  }
}

function verdictOnFailure({ type, title, code, detail, isRetryable, cause }: OperationFailure): Verdict {
  const problem = { type, title, code, ...(detail === undefined ? {} : { detail: detail.slice(0, DETAIL_LIMIT) }) };
  return { isStop: false, problem, isRetryable, isSaid: cause === undefined };
}
