import { InvalidInputError } from './errors.js';
import { OperationFailure, problemType } from './failure.js';
import type { OperationProblem } from './record.js';

/** The problems this package writes itself, by code. */
const titles = {
  threw: 'The operation failed',
  timeout: 'The operation took too long',
  interrupted: 'The operation was interrupted',
  'invalid-input': 'The input of the operation is not understood any more',
} as const;

/** A problem of this package's own. */
export function problemOf(code: keyof typeof titles): OperationProblem {
  return { type: problemType(code), title: titles[code], code };
}

/** What watchers are told of an error; nothing of one that nobody expected. */
export function problemOfError(error: unknown): OperationProblem {
  if (error instanceof InvalidInputError) return problemOf('invalid-input');
  if (!(error instanceof OperationFailure)) return problemOf('threw');
  const { type, title, code, detail } = error;
  return { type, title, code, ...(detail === undefined ? {} : { detail }) };
}

/** Whether another attempt may fare better. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof InvalidInputError) return false;
  return !(error instanceof OperationFailure) || error.isRetryable;
}
