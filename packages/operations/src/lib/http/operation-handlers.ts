import { defineHandler, type HandlerDeclaration, type HandlerFunction, type HttpContext } from '@verbena/core';
import type { Operations } from '../operations.js';
import { refuseCrossSite } from './cross-site.js';
import { OperationsEndpoint, rememberEndpoint } from './endpoint.js';
import { streamMany, streamOne } from './event-handlers.js';
import type { OperationHandlersOptions } from './options.js';
import { translated } from './outcome.js';
import { cancelOperation, forgetOperation, listOperations, showOperation } from './record-handlers.js';
import { showResult } from './result-handler.js';
import { keepShare } from './sharing.js';

/** What answers one of the paths below the base. */
type Answer = (endpoint: OperationsEndpoint, context: HttpContext) => Promise<unknown>;

/** A path below the base, with its verb. */
interface Place extends Pick<HandlerDeclaration, 'produces'> {
  readonly name: string;
  readonly verb: string;
  readonly path: string;
}

const EVENTS = ['text/event-stream'];

const answers: readonly (readonly [place: Place, answer: Answer])[] = [
  [{ name: 'listOperations', verb: 'GET', path: '' }, listOperations],
  [{ name: 'streamOperations', verb: 'GET', path: '/events', produces: EVENTS }, streamMany],
  [{ name: 'showOperation', verb: 'GET', path: '/:id' }, showOperation],
  [{ name: 'forgetOperation', verb: 'DELETE', path: '/:id' }, forgetOperation],
  [{ name: 'streamOperation', verb: 'GET', path: '/:id/events', produces: EVENTS }, streamOne],
  [{ name: 'cancelOperation', verb: 'POST', path: '/:id/cancel' }, cancelOperation],
  [{ name: 'showOperationResult', verb: 'GET', path: '/:id/result' }, showResult],
];

/**
 * The handlers by which clients follow, cancel and forget operations and get their results, to be listed in `createApp`. Call it once
 * for each `Operations`: `startOperation` answers with links to these.
 *
 * @throws TypeError when the base is no path, RangeError when a secret is too short
 */
export function operationHandlers(
  operations: Operations,
  options: OperationHandlersOptions = {},
): readonly HandlerFunction[] {
  const endpoint = new OperationsEndpoint(operations, options);
  rememberEndpoint(endpoint);
  const all = endpoint.shares === undefined ? answers : [...answers, sharing];
  const { sessionMode: session } = endpoint;
  return all.map(([place, answer]) =>
    defineHandler(
      {
        ...place,
        path: endpoint.basePath + place.path,
        ...(session === undefined ? {} : { session }),
        ...(options.use === undefined ? {} : { use: options.use }),
      },
      translated((context) => answer(endpoint, context)),
    ),
  );
}

/** Puts a shared token into a cookie. It is there only where something is shared. */
const sharing: readonly [Place, Answer] = [
  { name: 'keepOperationShare', verb: 'POST', path: '/:id/share' },
  async (endpoint, context) => {
    const id = context.request.params['id'] ?? '';
    refuseCrossSite(context.request, endpoint.allowedOrigins);
    keepShare(context, id, endpoint.shares, `${endpoint.baseFor(context)}/${id}`);
  },
];
