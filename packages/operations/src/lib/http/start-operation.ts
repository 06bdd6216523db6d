import { createHash } from 'node:crypto';
import type { HttpContext } from '@verbena/core';
import { OperationsError } from '../errors.js';
import type { OperationClass, OperationFunction } from '../handler.js';
import { Operations } from '../operations.js';
import type { StartedOperation } from '../asking.js';
import { isTerminal, type OperationView } from '../view.js';
import { refuseCrossSite } from './cross-site.js';
import { endpointOf, type OperationsEndpoint } from './endpoint.js';
import { idempotencyKeyIn } from './idempotency-key.js';
import { answering } from './outcome.js';
import { preferencesOf } from './prefer.js';
import { problem } from './problems.js';
import { settled } from './settled.js';
import { type WireOperation, wireView } from './wire-view.js';

/** Longest time that a client is kept waiting for the end of an operation, in seconds. */
const MOST_WAIT_SECONDS = 10;

/** What else is known of a start. */
export interface StartOperationOptions {
  /** The operations. Default: those the container of the application knows */
  readonly operations?: Operations;
  /** What people tell it from others of its kind by, such as the name of a file. Default: none */
  readonly label?: string;
  /** What an idempotency key stands for: a client may use it again with the same alone. Default: the path and the input */
  readonly fingerprint?: string;
  /** Told of the operation before the client is, and before anybody waits for its end: the place to remember its id. */
  readonly onStarted?: (operation: OperationView) => void | Promise<void>;
}

/**
 * Starts an operation for the client of a request, and answers as RFC 9110, 15.3.3 and RFC 7240 would have it: 202 and where to
 * look; 200 when it has come to its end while the client was willing to wait; the same operation to the same `Idempotency-Key`.
 * Return what it gives. A handler whose operations belong to sessions declares `session: 'required'`.
 *
 * @throws HttpException 400 `invalid-key`, 403 `cross-site` or `no-owner`, 422 `invalid-input` or `key-reused`, 429 `limit-reached`,
 * 503 `engine-away`; nothing was started then
 */
export function startOperation<Input>(
  context: HttpContext,
  kind: string | OperationClass<Input> | OperationFunction<Input>,
  input: NoInfer<Input>,
  options: StartOperationOptions = {},
): Promise<WireOperation> {
  return answering(async () => {
    const operations = options.operations ?? context.resolve(Operations);
    const endpoint = endpointOf(operations);
    refuseCrossSite(context.request, endpoint.allowedOrigins);
    const key = keyOf(context);
    const owner = await endpoint.starterOf(context);
    const fingerprint = key === undefined ? undefined : (options.fingerprint ?? fingerprintOf(context, input));
    const started = await operations.start(kind, input, {
      owner,
      ...(options.label === undefined ? {} : { label: options.label }),
      ...(key === undefined ? {} : { key }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
    });
    const { isReplayed, ...operation } = started;
    if (!isReplayed) await options.onStarted?.(operation);
    return await answer(context, endpoint, started);
  });
}

async function answer(
  context: HttpContext,
  endpoint: OperationsEndpoint,
  started: StartedOperation,
): Promise<WireOperation> {
  const { request, response } = context;
  const { isReplayed, ...first } = started;
  const { respondsAsync, waitSeconds = 0 } = preferencesOf(request.headers.get('prefer'));
  const seconds = Math.min(waitSeconds, MOST_WAIT_SECONDS);
  const operation = await waitFor(first, seconds, context, endpoint);
  const view = wireView(operation, endpoint.baseFor(context));
  const isOver = isTerminal(operation);
  const applied = [
    ...(waitSeconds > 0 ? [`wait=${seconds}`] : []),
    ...(respondsAsync && !isOver ? ['respond-async'] : []),
  ];
  const { headers } = response;
  response.status = isOver ? 200 : 202;
  headers.set('operation-location', view.links.self);
  headers.set(isOver ? 'content-location' : 'location', view.links.self);
  if (!isOver) headers.set('retry-after', 1);
  if (applied.length > 0) headers.set('preference-applied', applied.join(', '));
  if (isReplayed) headers.set('idempotency-replayed', 'true');
  headers.append('vary', 'Prefer');
  headers.set('cache-control', 'private, no-cache');
  return view;
}

async function waitFor(
  operation: OperationView,
  seconds: number,
  context: HttpContext,
  { operations, options }: OperationsEndpoint,
): Promise<OperationView> {
  if (seconds === 0 || isTerminal(operation)) return operation;
  // Other requests of the session are not to wait with this one.
  if (options.ownerOf === undefined) await context.session.release();
  try {
    return (await settled(operations, operation.id, seconds * 1000, context.signal)) ?? operation;
  } catch (error) {
    // It was started, whatever has gone away since: a client that is told otherwise starts it once more.
    if (error instanceof OperationsError) return operation;
    throw error;
  }
}

/** @throws HttpException 400 `invalid-key` */
function keyOf({ request, mapping }: HttpContext): string | undefined {
  const header = request.headers.get('idempotency-key');
  if (header === null) return undefined;
  const key = idempotencyKeyIn(header);
  if (key === undefined) {
    throw problem(400, 'invalid-key', 'Send 1 to 128 visible ASCII characters, in double quotes');
  }
  // The same key on another route is another key.
  return `${mapping.verb} ${[mapping.path].flat().join(',')} ${key}`;
}

/** Undefined where the input is nested too deeply for its members to be put in order. */
function fingerprintOf({ request }: HttpContext, input: unknown): string | undefined {
  let text: string | undefined;
  try {
    text = JSON.stringify(sorted(input)) ?? '';
  } catch {
    return undefined;
  }
  return createHash('sha256').update(`${request.verb} ${request.path}\n${text}`).digest('base64url');
}

/** The same whatever the order in which a client names its members. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}
