import type { HttpContext } from '@verbena/core';
import { isTerminal } from '../view.js';
import { hadIn, lastSeqOf } from './conditions.js';
import type { OperationsEndpoint, SeenOperation } from './endpoint.js';
import type { StreamRequest } from './event-streams.js';
import { problem } from './problems.js';
import type { WatchingClient } from './watcher.js';

/** Most operations that one stream shows. */
const MOST_IDS = 50;

/** Shows one operation as it goes on. */
export async function streamOne(endpoint: OperationsEndpoint, context: HttpContext): Promise<unknown> {
  const { request } = context;
  const seen = await endpoint.see(context, request.params['id']);
  const { operation } = seen;
  // A native EventSource comes back after each end, unless it is told that there is nothing more.
  if (isTerminal(operation) && lastSeqOf(request) === operation.seq) return nothingMore(context);
  return await open(endpoint, context, seen.owner, { operations: [{ view: operation }], unknown: [] });
}

/** Shows several operations as they go on: a page needs one connection for all of them. */
export async function streamMany(endpoint: OperationsEndpoint, context: HttpContext): Promise<unknown> {
  const { query } = context.request;
  const ids = [...new Set(query.getAll('id'))];
  if (ids.length === 0 || ids.length > MOST_IDS) {
    throw problem(400, 'invalid-query', `Name 1 to ${MOST_IDS} operations: ?id=…&id=…`);
  }
  const had = hadIn(query.getAll('have'));
  const { owner, seen } = await endpoint.seeAll(context, ids);
  const operations = seen.filter(isSeen).map(({ operation: view }) => ({ view, haveSeq: had.get(view.id) }));
  const unknown = ids.filter((_, index) => !isSeen(seen[index]));
  const isFinal = operations.every(({ view, haveSeq }) => isTerminal(view) && haveSeq === view.seq);
  if (unknown.length === 0 && isFinal) return nothingMore(context);
  return await open(endpoint, context, owner, { operations, unknown });
}

async function open(
  endpoint: OperationsEndpoint,
  context: HttpContext,
  owner: string | undefined,
  shown: Pick<StreamRequest, 'operations' | 'unknown'>,
): Promise<unknown> {
  const { request, response } = context;
  const { streams } = endpoint;
  const ids = shown.operations.map(({ view }) => view.id);
  response.headers.set('content-type', 'text/event-stream');
  // Proxies must neither keep pieces back nor compress them, which keeps them back as well.
  response.headers.set('cache-control', 'no-cache, no-transform');
  response.headers.set('x-accel-buffering', 'no');
  streams.enter(owner);
  try {
    return await streams.open({
      ...shown,
      owner,
      base: endpoint.baseFor(context),
      isHidden: request.query.get('hidden') === '1',
      client: new StreamClient(endpoint, context, ids),
    });
  } catch (error) {
    streams.leave(owner);
    throw error;
  }
}

/** A client with its request, which lasts as long as its stream. */
class StreamClient implements WatchingClient {
  constructor(
    private readonly endpoint: OperationsEndpoint,
    private readonly context: HttpContext,
    private readonly ids: readonly string[],
  ) {}

  isAllowed(): Promise<boolean> {
    return this.endpoint.stillSees(this.context, this.ids);
  }

  cutOff(): void {
    this.context.response.close();
  }
}

function nothingMore({ response }: HttpContext): undefined {
  response.status = 204;
  response.headers.delete('content-type');
  return undefined;
}

function isSeen(one: SeenOperation | 'forgotten' | undefined): one is SeenOperation {
  return typeof one === 'object';
}
