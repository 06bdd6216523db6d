import type { OperationProgress, OperationRecord, OperationState, Tombstone } from './record.js';

/** Where operations are kept, who runs them and how news of them travels: what a driver supplies (operations.md 4.7). */
export interface OperationDriver {
  readonly store: OperationStore;
  readonly queue: OperationQueue;
  readonly signal: OperationSignal;
  /** Whether records outlive this process: what their owners are hashed with must then outlive it too. */
  readonly isLasting: boolean;
  /** Resolves when it can be used. @throws OperationsError `engine-away` when what it stands on cannot be reached */
  start(): Promise<void>;
  /** Lets go of connections and timers; `queue.drain` comes first. Called again where `start` resolves only after it. */
  close(): Promise<void>;
}

/** What is compared and set together with a change of state. */
export interface Transition {
  /** The attempt of the writer; an older one than stored is stale. A worker that takes an operation writes the next one. */
  readonly attempt: number;
  /** The states it may come from. */
  readonly from: readonly OperationState[];
  readonly to: OperationState;
  /** What else changes. A member that is undefined is removed. */
  readonly patch: { readonly [Key in keyof OperationRecord]?: OperationRecord[Key] | undefined };
}

export interface CreateOptions {
  /** Input as JSON text. */
  readonly input: string;
  /** Most operations of the owner that may be queued or running, this kind alone; undefined: no limit. */
  readonly perOwnerLimit?: number;
}

/** What came of creating: a new record, the one an equal key has made before, or a refusal that stored nothing. */
export type Created =
  | { readonly outcome: 'created' | 'replayed'; readonly record: OperationRecord }
  /** The key was used with another fingerprint. */
  | { readonly outcome: 'key-reused' }
  | { readonly outcome: 'limit-reached' };

/** What comes of a report; undefined instead when it is stale. */
export interface Reported {
  readonly seq: number;
  /** Somebody wants the operation cancelled: the second way this news takes. */
  readonly isCancelRequested: boolean;
}

export interface ListQuery {
  readonly state?: OperationState;
  readonly kind?: string;
  /** What the list before this one gave as `next`. */
  readonly cursor?: string;
  /** At most 50. */
  readonly limit: number;
}

export interface Listed {
  readonly records: readonly OperationRecord[];
  readonly next?: string;
}

/**
 * Keeps records. Each member is atomic; every change adds 1 to `seq` and sets `updatedAt`. Terminal states never change:
 * the first writer wins. Members reject with OperationsError `engine-away` within a second where the store cannot be reached.
 */
export interface OperationStore {
  /** Stores record, input and key together, or nothing. The key is `record.idemKey` of `record.owner`. */
  create(record: OperationRecord, options: CreateOptions): Promise<Created>;
  read(id: string): Promise<OperationRecord | Tombstone | undefined>;
  /** In the order asked for. */
  readMany(ids: readonly string[]): Promise<readonly (OperationRecord | Tombstone | undefined)[]>;
  /** Newest first. */
  listByOwner(owner: string, query: ListQuery): Promise<Listed>;
  input(id: string): Promise<string | undefined>;
  /** Undefined when it is stale: another attempt, or a state it may not come from. */
  transition(id: string, change: Transition): Promise<OperationRecord | undefined>;
  /**
   * Keeps the newest progress of an attempt that runs, and says that its worker lives. `progress` left out: only that, which
   * changes neither `seq` nor `updatedAt`.
   */
  report(id: string, attempt: number, progress?: OperationProgress): Promise<Reported | undefined>;
  /**
   * Cancels at once what is queued (`cancelled`) and asks what runs to stop (`cancelling`), when the kind can be cancelled;
   * otherwise changes nothing. Gives the record as it is then.
   */
  requestCancel(id: string): Promise<OperationRecord | undefined>;
  /** Keeps data for the next attempt, as JSON text; false when the attempt is stale. */
  saveCheckpoint(id: string, attempt: number, data: string): Promise<boolean>;
  lastCheckpoint(id: string): Promise<string | undefined>;
  /** Adds lines to the ring of the last 100. */
  appendLog(id: string, attempt: number, lines: readonly string[]): Promise<void>;
  readLog(id: string): Promise<readonly string[]>;
  /** Puts a tombstone in the place of a terminal operation; false when it is not terminal. */
  forget(id: string): Promise<boolean>;
  /**
   * Forgets what has expired, and gives the ids of operations to be enqueued again: queued with no job, running with no sign of
   * life. Whoever takes them then sees what becomes of them. Expiry goes by a clock that nobody sets.
   */
  due(): Promise<readonly string[]>;
}

export interface EnqueueOptions {
  readonly kind: string;
  /** Milliseconds before it may be taken. Default 0 */
  readonly delayMs?: number;
}

/** Why a worker is to stop: somebody cancels, the process shuts down, or another worker has it now (a lost lock). */
export type StopReason = 'cancel' | 'shutdown' | 'lost';

/** One try at an operation, as the queue hands it to a worker. */
export interface Attempt {
  readonly id: string;
  /** Counted by the queue from 1; higher than that of every attempt before. */
  readonly number: number;
  /** Aborts when the worker is to stop; its reason is a {@link StopReason}. */
  readonly signal: AbortSignal;
}

/**
 * Runs one attempt to its end and never rejects. What it gives says what becomes of the operation: over, or to be taken again after so
 * many milliseconds.
 */
export type RunAttempt = (attempt: Attempt) => Promise<{ readonly retryInMs?: number }>;

export interface WorkOptions {
  /** How many attempts of each kind run at once in this process. */
  readonly concurrency: ReadonlyMap<string, number>;
}

/** Hands queued operations to workers, each to one at a time. */
export interface OperationQueue {
  /** Harmless when it is queued already. */
  enqueue(id: string, options: EnqueueOptions): Promise<void>;
  /** Takes a waiting one out; false when it is not waiting. */
  remove(id: string): Promise<boolean>;
  /** Begins to run what is queued, in this process. Where the queue is away, it begins when that is back, and does not reject. */
  work(run: RunAttempt, options: WorkOptions): Promise<void>;
  /** Takes no more, also where `work` is still on its way; aborts what runs (`shutdown`), and waits for it, but not longer than this. */
  drain(graceMs: number): Promise<void>;
}

/** Carries nudges between processes. It may lose some: every watcher begins with a snapshot, and a slow sweep compares `seq`. */
export interface OperationSignal {
  /** Resolves once nudges arrive, so that a snapshot read after that misses nothing. */
  watch(id: string, nudged: (seq: number) => void): Promise<() => void>;
  nudge(id: string, seq: number): void;
  /** Told, in the process that works on it, that an operation is to be cancelled. */
  cancel(id: string): void;
  /** Told when the carrier has gone and come back; watchers read again. */
  onLink(changed: (isUp: boolean) => void): () => void;
}
