/** Where an operation stands. The last three are terminal: they never change (operations.md 4.3). */
export type OperationState = 'queued' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';

/** States in which an operation stays. */
export const terminalStates: readonly OperationState[] = ['succeeded', 'failed', 'cancelled'];

/** How far work has come (operations.md 4.2). */
export interface OperationProgress {
  /** From 0 to 1; null while the amount is unknown. 1 only once the operation has succeeded. */
  readonly value: number | null;
  /** How much is done, of `total`, in `unit`. */
  readonly done?: number;
  readonly total?: number;
  readonly unit?: string;
  /** What is being done now, in a word or two. */
  readonly phase?: string;
  /** One line for people, at most 200 characters. */
  readonly message?: string;
  /** Parts of the work, at most 3 deep and 32 in all. */
  readonly children?: readonly OperationStep[];
}

/** One part of the work; `weight` is its share beside its siblings. */
export interface OperationStep extends OperationProgress {
  readonly name: string;
  readonly weight: number;
}

/** Why an operation failed, as problem details (RFC 9457). */
export interface OperationProblem {
  readonly type: string;
  readonly title: string;
  /** Stable: `interrupted`, `timeout`, `threw`, … */
  readonly code: string;
  readonly detail?: string;
}

/**
 * One operation as it is stored: one versioned record, every change of which adds 1 to `seq` (operations.md 4.1, 4.2).
 * Everything in it is plain data; times are milliseconds since 1970.
 */
export interface OperationRecord {
  /** `op_` and 128 random bits as base64url. */
  readonly id: string;
  readonly kind: string;
  /** What people tell it from others of its kind by: one line. */
  readonly label?: string;
  /** Keyed hash of the owner, so that a copy of the store does not list users. */
  readonly owner: string;
  readonly state: OperationState;
  readonly seq: number;
  /** How often a worker has taken it; 0 while it never was. A write that carries an older one is dropped. */
  readonly attempt: number;
  readonly cancellable: boolean;
  /** How long it is kept after its end, in milliseconds. The store needs it where it ends one itself: cancelled while queued. */
  readonly retentionMs: number;
  readonly progress: OperationProgress | null;
  /** A note on how it stands or ended. */
  readonly message?: string;
  readonly cancelRequestedAt?: number;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly updatedAt: number;
  readonly endedAt?: number;
  /** When it is forgotten; set with the terminal state. */
  readonly expiresAt?: number;
  /** When its worker last said that it lives. */
  readonly heartbeatAt?: number;
  readonly error?: OperationProblem;
  /** The result as JSON text of at most 64 KiB; a larger one, or one of another type, lies where `resultRef` says. */
  readonly result?: string;
  readonly resultRef?: string;
  /** The caller's idempotency key, and what it was first sent with. */
  readonly idemKey?: string;
  readonly fingerprint?: string;
}

/** What is left of an operation that was forgotten or has expired, for as long again as it was kept. */
export interface Tombstone {
  readonly id: string;
  readonly owner: string;
  readonly forgottenAt: number;
}
