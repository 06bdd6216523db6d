/** Where an operation stands. The last three are final: an operation that reached one of them stays there. */
export type OperationState = 'queued' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';

/** How far work has come. */
export interface OperationProgress {
  /** From 0 to 1; null while the amount is unknown. 1 only once the operation has succeeded. */
  readonly value: number | null;
  /** How much is done, of `total`, in `unit`. */
  readonly done?: number;
  readonly total?: number;
  readonly unit?: string;
  /** What is being done now, in a word or two. */
  readonly phase?: string;
  /** One line for people. */
  readonly message?: string;
  /** Parts of the work. */
  readonly children?: readonly OperationStep[];
}

/** One part of the work; `weight` is its share beside its siblings. */
export interface OperationStep extends OperationProgress {
  readonly name: string;
  readonly weight: number;
}

/** Problem details (RFC 9457), as servers answer them and as failed operations carry them. */
export interface Problem {
  readonly type?: string;
  readonly title?: string;
  readonly status?: number;
  readonly detail?: string;
  readonly [member: string]: unknown;
}

/** An operation as the server shows it. Every change of it adds to `seq`. Times are ISO 8601 texts. */
export interface OperationRecord {
  readonly id: string;
  readonly kind: string;
  /** What tells it from others of its kind, for people. */
  readonly label?: string;
  readonly state: OperationState;
  readonly seq: number;
  /** How often a worker has taken it; 2 or more says that it was restarted. */
  readonly attempt: number;
  readonly progress: OperationProgress | null;
  /** A note on how it stands or ended. */
  readonly message?: string;
  readonly cancellable: boolean;
  readonly cancelRequestedAt?: string;
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly updatedAt: string;
  readonly endedAt?: string;
  /** When the server forgets it. */
  readonly expiresAt?: string;
  /** Why it failed. */
  readonly error?: Problem;
  /** What it produced, when that is small enough to travel along; else it lies at `links.result`. */
  readonly result?: unknown;
  readonly links: OperationLinks;
}

/** Where the parts of an operation are, as absolute paths or URLs. */
export interface OperationLinks {
  readonly self: string;
  readonly events: string;
  /** One stream for many operations. */
  readonly stream?: string;
  readonly cancel: string;
  readonly result: string;
}

/** What tells two views of one operation apart. */
export type OperationVersion = Pick<OperationRecord, 'seq' | 'attempt'>;

/** Whether an operation in this state is over. */
export function isFinal(state: OperationState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled';
}

/** Whether `one` was written after `other`. A restart begins a new attempt, whatever its sequence number. */
export function isNewer(one: OperationVersion, other: OperationVersion): boolean {
  return one.attempt === other.attempt ? one.seq > other.seq : one.attempt > other.attempt;
}
