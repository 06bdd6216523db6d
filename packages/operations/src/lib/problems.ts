import { problemType } from './failure.js';
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
