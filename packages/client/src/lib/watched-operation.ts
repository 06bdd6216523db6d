import { backoffMs, retryAfterMs } from './backoff.js';
import { endsWatch, errorOf, OperationError } from './errors.js';
import type { Feed, FeedMember } from './feed.js';
import { isFinal, isNewer, type OperationRecord } from './record.js';

/** How often to ask when the server does not say. */
const POLL_MS = 2_000;
/** How often to ask while nobody looks at the page. */
const HIDDEN_POLL_MS = 60_000;
/** How long one answer may take. */
const ANSWER_MS = 30_000;

/**
 * How news of operations come: by a stream where one can be had and by polling otherwise (`auto`), by a stream only
 * (`sse`; by polling as long as it is the turn of other tabs), or by polling only (`poll`).
 */
export type Transport = 'auto' | 'sse' | 'poll';

/**
 * How a watch stands with its server: trying to reach it, getting news by a stream, or by polling; `stale` when the
 * server itself has lost sight of the work, `offline` when there is no answer. It goes on trying in every case.
 */
export type Connection = 'connecting' | 'live' | 'polling' | 'stale' | 'offline';

/** What is known of an operation. */
export interface WatchState {
  readonly operation?: OperationRecord;
  readonly connection: Connection;
  /** Whether nothing will change any more. */
  readonly over: boolean;
  /** Why no more can be known, when it was over before the operation was. */
  readonly error?: OperationError;
}

/** What an operation needs of the page it is watched on. */
export interface WatchHost {
  readonly fetch: typeof fetch;
  /** Whether anyone looks at the page. */
  isAwake(): boolean;
  feed(url: string): Feed;
}

/** One operation on this page, however many watch it: its newest record, and the ways to newer ones. */
export interface WatchedOperation {
  /** Tells what is known, now and whenever it has changed, until the returned function is called. */
  observe(observer: (state: WatchState) => void): () => void;
  /** Takes a record that someone has; an older one than is known already changes nothing. */
  accept(record: OperationRecord): void;
  /** The network or the user is back, while somebody watches. */
  wake(): Promise<void>;
  /**
   * Asks the server to cancel, and gives the record as it then is.
   *
   * @throws OperationError when the server refuses, has no record, or does not answer
   */
  cancel(): Promise<OperationRecord>;
}

/** @param onUse told when somebody begins to watch, and when nobody does any more or nothing will change */
export function createWatched(
  url: URL,
  transport: Transport,
  host: WatchHost,
  onUse: (used: boolean) => void,
): WatchedOperation {
  // Not as a member of the host: the platform's own would refuse that.
  const { fetch: fetchFrom } = host;
  const observers = new Set<(state: WatchState) => void>();
  let state: WatchState = { connection: 'connecting', over: false };
  let live = false;
  let failures = 0;
  let feed: Feed | undefined;
  let request: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout>;

  const change = (news: Partial<WatchState>): void => {
    if (state.over) return;
    state = { ...state, ...news };
    if (state.over) stop();
    for (const observer of observers) observer(state);
  };

  const connect = (connection: Connection): void => {
    if (connection !== state.connection) change({ connection });
  };

  const accept = (operation: OperationRecord): void => {
    // What comes may be another page, as captive portals send it.
    if (!operation.links) throw new TypeError();
    const over = isFinal(operation.state);
    // An end is the newest there is: a server that lost its last second counts from an earlier number.
    if (over || !state.operation || isNewer(operation, state.operation)) change({ operation, over });
  };

  const stop = (): void => {
    clearTimeout(timer);
    request?.abort();
    request = undefined;
    feed?.leave(member);
    feed = undefined;
    live = false;
    onUse(false);
  };

  const pollIn = (ms: number): void => {
    clearTimeout(timer);
    if (!live) timer = setTimeout(poll, host.isAwake() ? ms : Math.max(ms, HIDDEN_POLL_MS));
  };

  const ask = (path: string | URL, options: RequestInit, ...ends: AbortSignal[]): Promise<Response> =>
    fetchFrom(new URL(path, url), {
      cache: 'no-store',
      signal: AbortSignal.any([AbortSignal.timeout(ANSWER_MS), ...ends]),
      ...options,
    });

  const poll = async (): Promise<void> => {
    request?.abort();
    const mine = (request = new AbortController());
    const isIdle = (): boolean => mine !== request || observers.size === 0;
    let waitMs = 0;
    try {
      const headers = state.operation ? { 'if-none-match': `"${state.operation.seq}"` } : {};
      const response = await ask(url, { headers }, mine.signal);
      waitMs = retryAfterMs(response);
      if (endsWatch(response.status)) change({ over: true, error: await errorOf('Watching', response) });
      else if (response.status !== 304) accept((await response.json()) as OperationRecord);
      if (isIdle()) return;
      if (failures > 0) feed?.look();
      failures = 0;
      waitMs ||= POLL_MS;
      follow();
      if (!live) connect('polling');
    } catch {
      if (isIdle()) return;
      waitMs = Math.max(waitMs, backoffMs(++failures));
      if (!live) connect('offline');
    }
    if (transport !== 'sse' || failures > 0 || !feed?.hasTurn()) pollIn(waitMs);
  };

  /** Gives the reason when the server refuses. */
  const askToCancel = async (path: string): Promise<OperationError | undefined> => {
    const response = await ask(path, { method: 'POST' });
    if (!response.ok) {
      // It may have ended first.
      await poll();
      return errorOf('Cancelling', response);
    }
    accept((await response.json()) as OperationRecord);
  };

  /** Joins the stream, once it is known where that is. */
  const follow = (): void => {
    if (feed || !state.operation || transport === 'poll') return;
    const { stream, events } = state.operation.links;
    feed = host.feed(new URL(stream ?? events, url).href);
    feed.join(member);
  };

  const member: FeedMember = {
    query() {
      const { id, seq } = state.operation as OperationRecord;
      return `id=${id}&have=${id}:${seq}`;
    },
    receive(event, news) {
      const { message: _, ...known } = state.operation as OperationRecord;
      if ((news.id ?? known.id) !== known.id) return;
      if (event === 'gone') change({ over: true, error: new OperationError('gone', `Watching ${url}: forgotten`) });
      connect(event === 'stale' ? event : 'live');
      if (event === 'state') accept(news as OperationRecord);
      if (event === 'progress') accept({ ...known, ...news });
    },
    connected(isLive, pollInMs) {
      if (isLive === live && (live || transport !== 'sse')) return;
      live = isLive;
      connect(live ? 'live' : 'connecting');
      pollIn(pollInMs);
    },
  };

  return {
    accept,
    wake: poll,
    observe(observer) {
      observers.add(observer);
      observer(state);
      if (observers.size === 1 && !state.over) {
        onUse(true);
        follow();
        if (state.operation) pollIn(POLL_MS);
        else void poll();
      }
      return () => {
        if (observers.delete(observer) && observers.size === 0) stop();
      };
    },
    async cancel() {
      const silence = new OperationError('unreachable', `Cancelling ${url}: no answer`);
      if (!state.operation) await poll();
      const refusal =
        state.operation && !state.over && (await askToCancel(state.operation.links.cancel).catch(() => silence));
      if (state.error) throw state.error;
      if (!state.operation) throw silence;
      if (refusal && !state.over) throw refusal;
      return state.operation;
    },
  };
}
