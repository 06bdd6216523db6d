import type { ListQuery } from './ports.js';
import type { SavedResult } from './results/result-store.js';
import type { OperationView } from './view.js';

/** For whom an operation is started, and what makes it the same as another. */
export interface StartOptions {
  /** Whom it belongs to: a user's id. It is stored as a keyed hash. */
  readonly owner: string;
  /** What people tell it from others of its kind by: one line, of which no more than 200 characters are kept. Default: none */
  readonly label?: string;
  /** Idempotency key: while an operation of this owner with the same key is known, no other is started. */
  readonly key?: string;
  /** What the key stands for. Default: kind and input */
  readonly fingerprint?: string;
}

/** What `start` gives. */
export interface StartedOperation extends OperationView {
  /** Whether it was started before, with the same key. */
  readonly isReplayed: boolean;
}

/** On whose behalf something is asked for. */
export interface AskOptions {
  /** An operation that belongs to somebody else is then as unknown as one that never was. Left out: everybody's. A TypeError when it is there and empty */
  readonly owner?: string;
}

/** Which operations `list` gives. */
export interface ListOptions extends Partial<Omit<ListQuery, 'limit'>> {
  readonly owner: string;
  /** At most 50, which is the default. */
  readonly limit?: number;
}

/** Operations of one owner, newest first. */
export interface OperationList {
  readonly operations: readonly OperationView[];
  /** For `cursor`, when there are more. */
  readonly next?: string;
}

/** What is known of an id. */
export interface FoundOperation {
  /** Undefined when it was forgotten. */
  readonly operation: OperationView | undefined;
  /** Whether it belongs to the owner asked for. */
  readonly isOwn: boolean;
}

/** A listener that listens, and the operation as it was when it began. */
export interface Watching {
  readonly operation: OperationView;
  close(): void;
}

/** A result, wherever it lay. */
export interface OpenedResult extends SavedResult {
  readonly operation: OperationView;
}
