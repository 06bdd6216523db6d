import type { HttpContext } from './context.js';
import type { HandlerFunction } from './handler.js';

/** What a Begin member gives back (.NET's `IAsyncResult`, as far as it is needed). */
export interface AsyncResult {
  /** The work was over before Begin returned; the callback is then ignored. Default false. */
  readonly completedSynchronously?: boolean;
}

/**
 * Joins a Begin/End pair into one handler, as ASP.NET runs an `IHttpAsyncHandler` (aspnet-handlers.md G2 to G6): `end` is
 * called exactly once, with what `begin` gave back; an error in either is the request's error; `end` is not called when
 * `begin` throws.
 *
 * @param begin starts the work and arranges that `callback` is called when it is over
 * @param end finishes the request; what it returns is the handler's result
 */
export function fromBeginEnd<Result extends AsyncResult>(
  begin: (context: HttpContext, callback: (result?: Result) => void) => Result,
  end: (result: Result) => unknown,
): HandlerFunction {
  return (context) =>
    new Promise((resolve, reject) => {
      let begun: Result | undefined = undefined;
      let calledBack = false;
      let ended = false;
      const finish = (result: Result): void => {
        ended = true;
        // Resolving with a promise waits for it, so an asynchronous End works as well.
        try {
          resolve(end(result));
        } catch (error) {
          reject(error);
        }
      };
      const callback = (): void => {
        calledBack = true;
        // While Begin is still running the callback only leaves word, as End may need what Begin gives back.
        if (!ended && begun !== undefined) finish(begun);
      };
      begun = begin(context, callback);
      if (begun === null || typeof begun !== 'object') {
        ended = true;
        throw new TypeError(
          `The Begin member for ${context.request.verb} ${context.request.path} gave back ${String(begun)}; it must give back an object that End understands`,
        );
      }
      if (begun.completedSynchronously === true || calledBack) finish(begun);
    });
}
