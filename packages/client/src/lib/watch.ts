import { type OperationTarget, watched } from './page.js';
import type { OperationRecord } from './record.js';
import type { Transport, WatchState } from './watched-operation.js';

/** How to watch. */
export interface WatchOptions {
  /** Ends the watch. Iteration then ends without an error; `done` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** How news come. Default `auto`. */
  readonly transport?: Transport;
  /** Makes the requests, for instance with a header of yours. Default: the platform's `fetch`, with its cookies. */
  readonly fetch?: typeof fetch;
}

/**
 * One operation as it goes on. It is watched while somebody iterates, and once somebody has asked for `done`; all
 * watches of a page share one connection.
 */
export interface OperationWatch extends AsyncIterable<OperationRecord> {
  /** The final record: succeeded, failed or cancelled. Rejects when that cannot be known any more. */
  readonly done: Promise<OperationRecord>;
  /**
   * Asks the server to cancel, and gives the record as it then is: usually `cancelling`, and final when it ended first.
   *
   * @throws OperationError when the server refuses
   */
  cancel(): Promise<OperationRecord>;
}

/**
 * Watches an operation. Iterating gives its record now and whenever it has changed; who is slow gets the newest one, not
 * each. The last one is final.
 *
 * Lost connections are made again. What cannot be mended throws an `OperationError`: no such operation, not signed in.
 *
 * @param target URL of the operation, or its record as a request answered it
 * @throws TypeError when the URL cannot be resolved
 */
export function watchOperation(target: OperationTarget, options: WatchOptions = {}): OperationWatch {
  const { signal, transport, fetch: fetchFrom } = options;
  const operation = watched(target, transport, fetchFrom);
  let done: Promise<OperationRecord> | undefined;

  /** Gives what is known whenever it has changed, in the end with `over`. */
  async function* states(): AsyncGenerator<WatchState> {
    let state = undefined as WatchState | undefined;
    let changed = (): void => {};
    const aborted = (): void => changed();
    const stop = operation.observe((newest) => {
      state = newest;
      changed();
    });
    signal?.addEventListener('abort', aborted);
    try {
      while (!signal?.aborted) {
        const given = state as WatchState;
        yield given;
        if (given.over) return;
        if (given === state && !signal?.aborted) await new Promise<void>((resolve) => (changed = resolve));
      }
    } finally {
      signal?.removeEventListener('abort', aborted);
      stop();
    }
  }

  async function end(): Promise<OperationRecord> {
    for await (const { over, error, operation: record } of states()) {
      if (error) throw error;
      if (over) return record as OperationRecord;
    }
    throw signal?.reason;
  }

  return {
    cancel: operation.cancel,
    get done() {
      return (done ??= end());
    },
    async *[Symbol.asyncIterator]() {
      let given: OperationRecord | undefined;
      for await (const { error, operation: record } of states()) {
        if (record && record !== given) yield (given = record);
        if (error) throw error;
      }
    },
  };
}
