import { OperationsError } from './errors.js';
import type { StopReason } from './ports.js';

/** Why an attempt is to stop before its work is done. */
export type Stop = StopReason | 'timeout';

/** What the signal of a handler gives as its reason. */
export function reasonOf(stop: Stop, id: string): OperationsError {
  switch (stop) {
    case 'cancel':
      return new OperationsError('cancelled', `Operation ${id} was cancelled`);
    case 'timeout':
      return new OperationsError('timed-out', `Operation ${id} took longer than its timeoutMs`);
    case 'shutdown':
      return new OperationsError('shutting-down', `The process that runs operation ${id} shuts down`);
    case 'lost':
      return new OperationsError('taken-over', `Operation ${id} was taken from this worker`);
  }
}

/** Whether an error is only how a handler stopped after its signal had aborted. */
export function isStopping(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  if (error === signal.reason) return true;
  if (!(error instanceof Error)) return false;
  return error.name === 'AbortError' || error.cause === signal.reason;
}
