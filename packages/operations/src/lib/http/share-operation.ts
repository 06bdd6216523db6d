import type { HttpContext } from '@verbena/core';
import { Operations } from '../operations.js';
import { endpointOf } from './endpoint.js';
import { problem } from './problems.js';

/** How an operation is shared. */
export interface ShareOptions {
  /** How long it may be looked at, in milliseconds. Default one day */
  readonly expiresInMs?: number;
  /** The operations. Default: those the container of the application knows */
  readonly operations?: Operations;
}

/**
 * Gives a token by which somebody without a session may look at one operation: its state, its events and its result. Programs
 * send it in the header `Operation-Token`; a page that has it in the fragment of its URL posts that header to
 * `<operation>/share` and has it in a cookie from then on.
 *
 * @throws HttpException 404 when the operation does not belong to who asks
 * @throws TypeError when operationHandlers was given no shareSecret
 */
export async function shareOperation(context: HttpContext, id: string, options: ShareOptions = {}): Promise<string> {
  const endpoint = endpointOf(options.operations ?? context.resolve(Operations));
  const { shares } = endpoint;
  if (shares === undefined)
    throw new TypeError('Sharing an operation needs a shareSecret in the options of operationHandlers');
  const { isOwn } = await endpoint.see(context, id);
  if (!isOwn) throw problem(403, 'read-only');
  return shares.issue({ id, expiresAt: Date.now() + (options.expiresInMs ?? DAY_MS) });
}

const DAY_MS = 86_400_000;
