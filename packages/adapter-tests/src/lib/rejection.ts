import { AssertionError } from 'chai';

/**
 * The error a promise rejects with.
 *
 * @param what what was to fail, for the message
 * @throws AssertionError when it does not reject
 */
export async function rejectionOf(promise: Promise<unknown>, what: string): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new AssertionError(`${what} was to fail, and gave ${JSON.stringify(value)?.slice(0, 200)}`);
}

/**
 * Waits for an answer that must break off: before its head has come, as servers may have it, or in the middle of its body.
 *
 * @throws AssertionError when it comes to a proper end
 */
export async function brokenOff(asked: Promise<Response>): Promise<void> {
  await rejectionOf(
    asked.then((response) => response.text()),
    'The answer',
  );
}

/** The same promise, which nobody has to wait for: a behaviour that has failed already waits for nothing more. */
export function mayReject<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}
