import type { MessagePort } from 'node:worker_threads';
import type { InputIssue, OperationErrorCode } from '../errors.js';
import type { OperationProgress } from '../record.js';
import type { Stop } from '../stop.js';

/** What a thread is given for one attempt. */
export interface ThreadTask {
  readonly kind: string;
  readonly module: string;
  readonly id: string;
  readonly attempt: number;
  readonly input: string;
  readonly lastCheckpoint: string;
  /** Why it is to stop, as an index into {@link stops}; 0 while it is not. Shared, so that work which never pauses sees it too. */
  readonly stop: Int32Array;
  readonly port: MessagePort;
}

/** What the shared number means. */
export const stops: readonly (Stop | undefined)[] = [undefined, 'cancel', 'timeout', 'shutdown', 'lost'];

/** What a thread says while it works. */
export type ThreadMessage =
  | { readonly what: 'progress'; readonly progress: OperationProgress }
  | { readonly what: 'warning'; readonly message: string }
  | { readonly what: 'error'; readonly error: Error }
  | { readonly what: 'log'; readonly lines: readonly string[] }
  | { readonly what: 'checkpoint'; readonly turn: number; readonly text: string };

/** What a thread is told while it works. */
export type ThreadAnswer =
  | { readonly what: 'stop' }
  | { readonly what: 'kept'; readonly turn: number; readonly refusal?: Refusal };

/** Why a checkpoint was not kept. */
export interface Refusal {
  readonly code: OperationErrorCode;
  readonly message: string;
}

/** How the work of a thread ended. */
export type ThreadEnding =
  | { readonly how: 'nothing' }
  | { readonly how: 'json'; readonly text: string }
  | { readonly how: 'unfit'; readonly reason: string }
  | { readonly how: 'content'; readonly body: string | Uint8Array; readonly type: string }
  | { readonly how: 'stopped' }
  | { readonly how: 'refused'; readonly issues: readonly InputIssue[] }
  | {
      readonly how: 'failed';
      readonly code: string;
      readonly detail?: string;
      readonly type: string;
      readonly title: string;
      readonly isRetryable: boolean;
      readonly cause?: Error;
    }
  | { readonly how: 'threw'; readonly error: Error };
