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
   * @throws OperationError when the server refuses, or does not answer
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
  const { observe, cancel } = watched(target, transport, fetchFrom);
  let done: Promise<OperationRecord> | undefined;

  async function* read(): AsyncGenerator<OperationRecord> {
    let state = undefined as unknown as WatchState;
    let given: OperationRecord | undefined;
    let goOn = (): void => {};
    const onAbort = (): void => goOn();
    const stop = observe((newest) => {
      state = newest;
      goOn();
    });
    signal?.addEventListener('abort', onAbort);
    try {
      while (!signal?.aborted) {
        const { operation, error, over } = state;
        if (operation && operation !== given) yield (given = operation);
        else if (error) throw error;
        else if (over) break;
        else await new Promise<void>((resolve) => (goOn = resolve));
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
      stop();
    }
  }

  async function end(): Promise<OperationRecord> {
    let last: OperationRecord | undefined;
    for await (last of read());
    signal?.throwIfAborted();
    return last as OperationRecord;
  }

  return {
    cancel,
    [Symbol.asyncIterator]: read,
    get done() {
      return (done ??= end());
    },
  };
}
