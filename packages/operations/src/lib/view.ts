import { decodePlain } from './plain-data.js';
import { type OperationRecord, terminalStates } from './record.js';

/** An operation as those may see it who may see it at all. Times are milliseconds since 1970. */
export interface OperationView
  extends Pick<
    OperationRecord,
    | 'id'
    | 'kind'
    | 'label'
    | 'state'
    | 'seq'
    | 'attempt'
    | 'cancellable'
    | 'progress'
    | 'message'
    | 'cancelRequestedAt'
    | 'createdAt'
    | 'startedAt'
    | 'updatedAt'
    | 'endedAt'
    | 'expiresAt'
    | 'error'
  > {
  /** What the handler returned, when that is plain data of at most 64 KiB. */
  readonly result?: unknown;
  /** Whether the result lies in the result store: `openResult` gives it. */
  readonly hasStoredResult: boolean;
}

/** Leaves out what nobody outside is to see. */
export function viewOf(record: OperationRecord): OperationView {
  const {
    owner: _owner,
    idemKey: _idemKey,
    fingerprint: _fingerprint,
    heartbeatAt: _heartbeatAt,
    retentionMs: _retentionMs,
    result,
    resultRef,
    ...shown
  } = record;
  const view = { ...shown, hasStoredResult: resultRef !== undefined };
  return result === undefined ? view : { ...view, result: decodePlain(result) };
}

/** Whether it has come to its end, and stays so. */
export function isTerminal({ state }: Pick<OperationRecord, 'state'>): boolean {
  return terminalStates.includes(state);
}

/**
 * Whether one view of an operation is newer than another. An end always is, as it stays: a store that has lost its last second, as one may whose machine
 * fails, counts from an earlier number.
 */
export function isNewer(
  one: Pick<OperationRecord, 'seq' | 'state'>,
  other: Pick<OperationRecord, 'seq' | 'state'>,
): boolean {
  return one.seq > other.seq || (isTerminal(one) && !isTerminal(other));
}
