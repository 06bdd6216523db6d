import type { HttpContext } from '@verbena/core';
import { Operations } from '../operations.js';
import { endpointOf } from './endpoint.js';

/** Ends the event streams of whoever sends a request, as he signs out: they are his no longer. Call it before the session ends. */
export async function endStreams(
  context: HttpContext,
  operations: Operations = context.resolve(Operations),
): Promise<void> {
  const endpoint = endpointOf(operations);
  const owner = await endpoint.ownerOf(context);
  if (owner !== undefined) endpoint.streams.endAllOf(owner);
}

/**
 * Ends all event streams, and refuses new ones: before the application is closed, so that clients get a proper end and do not all
 * come back at once. Resolves when the last has ended, after 5 seconds at most.
 */
export async function closeStreams(operations: Operations): Promise<void> {
  await endpointOf(operations).streams.close();
}
