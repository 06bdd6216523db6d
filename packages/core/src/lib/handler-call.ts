import type { ChunkSource } from './answer-stream.js';
import type { HttpContext } from './context.js';
import { VerbenaError } from './errors.js';
import type { Lease } from './lease.js';
import { EndSignal, type HttpResponse } from './response.js';
import { StartedIterable } from './started-iterable.js';
import { isThenable } from './thenable.js';

/** Who is told of what a handler throws when its answer stands already. */
export interface LateErrors {
  report(error: unknown): void;
}

/**
 * Has a handler answer, and gives what it returned. While its synchronous part runs, `response.end()` leaves it; what it throws
 * after `end()` changes nothing of the answer and is only reported (aspnet-handlers.md I6).
 */
export function callHandler({ handler, settings }: Lease, context: HttpContext, late: LateErrors): unknown {
  const { response } = context;
  if (typeof handler.processRequest !== 'function') {
    // It may be a field of instances, so no class could be refused for the lack of it when the application started.
    throw new VerbenaError('not-a-handler', `${settings.name} has no processRequest(context), which a handler needs`);
  }
  response.unwinds = true;
  let result: unknown;
  try {
    result = handler.processRequest(context);
  } catch (error) {
    return afterEnd(error, response, late);
  } finally {
    response.unwinds = false;
  }
  // Only the synchronous part can have been left by end().
  return isThenable(result) && response.hasEnded
    ? Promise.resolve(result).then(undefined, (error: unknown) => afterEnd(error, response, late))
    : result;
}

/** Asks a generator for its first chunk. Its part before the first `await` is the handler's synchronous part as well. */
export function startGenerator(source: ChunkSource, response: HttpResponse): StartedIterable {
  response.unwinds = true;
  const generator = new StartedIterable(source);
  response.unwinds = false;
  return generator;
}

/** Throws an error that can still change the answer. One that follows `end()` cannot (aspnet-handlers.md I6). */
export function afterEnd(error: unknown, response: HttpResponse, late: LateErrors): undefined {
  if (!response.hasEnded) throw error;
  if (!isEndSignal(error)) late.report(error);
  return undefined;
}

/** Some values throw when they are looked at. */
function isEndSignal(error: unknown): boolean {
  try {
    return error instanceof EndSignal;
  } catch {
    return false;
  }
}
