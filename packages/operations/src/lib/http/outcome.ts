import { type HttpContext, HttpException } from '@verbena/core';
import { InvalidInputError, OperationsError } from '../errors.js';
import { problem, retryAfter } from './problems.js';

/** Makes what the operations throw the outcome that a client gets. */
export async function answering<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof OperationsError ? outcomeOf(error) : error;
  }
}

/** A handler whose operations may fail in ways its client should know. */
export function translated(
  act: (context: HttpContext) => Promise<unknown>,
): (context: HttpContext) => Promise<unknown> {
  return (context) => answering(() => act(context));
}

function outcomeOf(error: OperationsError): HttpException | OperationsError {
  if (error instanceof InvalidInputError) {
    return problem(422, 'invalid-input', undefined, { cause: error, extensions: { errors: error.issues } });
  }
  switch (error.code) {
    case 'key-reused':
      return problem(422, 'key-reused', 'Use a new key for each thing that is to be done once', { cause: error });
    case 'input-not-serialisable':
      // What a handler makes of a request is its own mistake; how deep a client nests is not.
      return isTooDeep(error)
        ? problem(422, 'invalid-input', 'It is nested too deeply', { cause: error, extensions: { errors: [] } })
        : error;
    case 'limit-reached':
      return problem(429, 'limit-reached', 'Wait for one of them to end', { cause: error, ...retryAfter(5) });
    case 'engine-away':
    case 'journal-taken':
    case 'closed':
      return problem(503, 'engine-away', undefined, { cause: error, ...retryAfter(5) });
    default:
      return error;
  }
}

/** Whether the engine gave up on how deep a value goes: it says so where the value was to become JSON. */
function isTooDeep({ cause }: Error): boolean {
  return cause instanceof Error && cause.cause instanceof RangeError;
}
