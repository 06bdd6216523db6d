import type { HttpContext } from '@verbena/core';
import type { OperationState } from '../record.js';
import { isTerminal } from '../view.js';
import { hasAlready, pauseOf, tagOf } from './conditions.js';
import { refuseCrossSite } from './cross-site.js';
import type { OperationsEndpoint } from './endpoint.js';
import { notFound, problem } from './problems.js';
import { type WireOperation, wireView } from './wire-view.js';

/** How an operation stands, whatever its state: that it failed is no failure of this answer. */
export async function showOperation(
  endpoint: OperationsEndpoint,
  context: HttpContext,
): Promise<WireOperation | undefined> {
  const { request, response } = context;
  const { operation } = await endpoint.see(context, request.params['id']);
  const tag = tagOf(operation);
  response.headers.set('etag', tag);
  keepPrivate(context);
  const pause = pauseOf(operation);
  if (pause !== undefined) response.headers.set('retry-after', pause);
  if (!hasAlready(request, tag)) return wireView(operation, endpoint.baseFor(context));
  response.status = 304;
  return undefined;
}

/** One's own operations, newest first: what makes a page whole that was loaded again. */
export async function listOperations(endpoint: OperationsEndpoint, context: HttpContext): Promise<object> {
  const { query } = context.request;
  // Forms send what was not filled in as well.
  const [state, kind, cursor] = ['state', 'kind', 'cursor'].map((name) => query.get(name) || undefined);
  if (state !== undefined && !isState(state)) {
    throw problem(400, 'invalid-query', `A state is one of ${Object.keys(STATES).join(', ')}`);
  }
  keepPrivate(context);
  const owner = await endpoint.ownerOf(context);
  if (owner === undefined) return { operations: [] };
  const { operations, next } = await endpoint.operations.list({
    owner,
    ...(state === undefined ? {} : { state }),
    ...(kind === undefined ? {} : { kind }),
    ...(cursor === undefined ? {} : { cursor }),
  });
  const base = endpoint.baseFor(context);
  return { operations: operations.map((view) => wireView(view, base)), ...(next === undefined ? {} : { next }) };
}

/** Asks an operation to stop. */
export async function cancelOperation(endpoint: OperationsEndpoint, context: HttpContext): Promise<WireOperation> {
  const { request, response } = context;
  refuseCrossSite(request, endpoint.allowedOrigins);
  const seen = await endpoint.see(context, request.params['id']);
  if (!(await endpoint.mayCancel(context, seen))) throw problem(403, 'read-only');
  const base = endpoint.baseFor(context);
  const { operation: before } = seen;
  const operation = isTerminal(before) || !before.cancellable ? before : await endpoint.operations.cancel(before.id);
  if (operation === undefined) throw notFound();
  const extensions = { operation: wireView(operation, base) };
  if (isTerminal(operation) && operation.state !== 'cancelled')
    throw problem(409, 'already-finished', undefined, { extensions });
  if (!operation.cancellable) throw problem(409, 'not-cancellable', undefined, { extensions });
  keepPrivate(context);
  response.status = operation.state === 'cancelled' ? 200 : 202;
  return extensions.operation;
}

/** Forgets an operation that has come to its end. */
export async function forgetOperation(endpoint: OperationsEndpoint, context: HttpContext): Promise<void> {
  const { request } = context;
  refuseCrossSite(request, endpoint.allowedOrigins);
  const { operation, isOwn } = await endpoint.see(context, request.params['id']);
  if (!isOwn) throw problem(403, 'read-only');
  const isForgotten = isTerminal(operation) && (await endpoint.operations.forget(operation.id));
  if (!isForgotten) throw problem(409, 'not-finished', 'Cancel it first, or wait for its end');
}

/** What somebody's operations look like is nobody else's, and out of date at once. */
function keepPrivate({ response }: HttpContext): void {
  response.headers.set('cache-control', 'private, no-cache');
}

const STATES: Readonly<Record<OperationState, true>> = {
  queued: true,
  running: true,
  cancelling: true,
  succeeded: true,
  failed: true,
  cancelled: true,
};

function isState(text: string): text is OperationState {
  return Object.hasOwn(STATES, text);
}
