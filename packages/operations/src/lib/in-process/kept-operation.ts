import type { OperationRecord, Tombstone } from '../record.js';

/** An operation with everything that is kept beside its record. */
export interface KeptOperation {
  record: OperationRecord;
  /** Its place among all that were ever created; lists go by it. */
  readonly ordinal: number;
  /** Dropped at its end. */
  input: string | undefined;
  checkpoint: string | undefined;
  log: readonly string[];
  /** Settles when a change of it is written down; it has not happened until then. */
  writing?: Promise<void> | undefined;
}

/** What is left of an operation that was forgotten. */
export interface Grave {
  readonly tombstone: Tombstone;
  /** How long it stays. */
  readonly retentionMs: number;
}

/** A record with some of its members changed: those that are undefined are removed. */
export function patched(
  record: OperationRecord,
  patch: { readonly [Key in keyof OperationRecord]?: OperationRecord[Key] | undefined },
): OperationRecord {
  const merged = { ...record, ...patch, seq: record.seq + 1, updatedAt: Date.now() };
  const kept = Object.entries(merged).filter(([, value]) => value !== undefined);
  // Only members that may be left out are ever undefined.
  return Object.fromEntries(kept) as unknown as OperationRecord;
}
