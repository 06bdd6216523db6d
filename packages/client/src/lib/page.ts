import { createFeed, type Feed } from './feed.js';
import type { OperationRecord } from './record.js';
import { locks } from './turn.js';
import { createWatched, type Transport, type WatchedOperation, type WatchHost } from './watched-operation.js';

/** How long a hidden page keeps its stream. */
const HIDDEN_MS = 60_000;

/** What identifies an operation: its URL, relative to the page, or the record that a request answered. */
export type OperationTarget = string | URL | OperationRecord;

/** Finds the operation as it is watched on this page. */
type Watcher = (target: OperationTarget, transport: Transport) => WatchedOperation;

const watchers = new WeakMap<typeof fetch, Watcher>();

/**
 * The operation as it is watched on this page through one way of fetching; by default the platform's own.
 *
 * @throws TypeError when the URL cannot be resolved
 */
export function watched(
  target: OperationTarget,
  transport?: Transport | null,
  fetchFrom: typeof fetch = fetch,
): WatchedOperation {
  let watcher = watchers.get(fetchFrom);
  if (!watcher) watchers.set(fetchFrom, (watcher = createWatcher(fetchFrom)));
  return watcher(target, transport || 'auto');
}

function createWatcher(fetchFrom: typeof fetch): Watcher {
  const page = globalThis.document;
  const operations = new Map<string, WatchedOperation>();
  const feeds = new Map<string, Feed>();
  let hiding: ReturnType<typeof setTimeout>;
  let awake = !page?.hidden;

  const host: WatchHost = {
    fetch: fetchFrom,
    isAwake: () => awake,
    feed(url) {
      const feed = feeds.get(url) ?? createFeed(url, fetchFrom, host.isAwake);
      feeds.set(url, feed);
      return feed;
    },
  };

  const setAwake = (isAwake: boolean): void => {
    awake = isAwake;
    for (const feed of feeds.values()) feed.look();
    if (awake) for (const operation of operations.values()) void operation.wake();
  };

  const look = (): void => {
    clearTimeout(hiding);
    if (!page.hidden) setAwake(true);
    // Without turns, hidden tabs must not use up the connections of the one in sight.
    else hiding = setTimeout(setAwake, locks ? HIDDEN_MS : 0, false);
  };

  if (page) {
    page.addEventListener('visibilitychange', look);
    addEventListener('online', look);
    // A page with an open connection cannot be kept for the way back.
    addEventListener('pagehide', () => setAwake(false));
  }

  return (target, transport) => {
    const record = (target as Partial<OperationRecord>).links ? (target as OperationRecord) : undefined;
    const url = new URL(record?.links.self ?? String(target), page?.baseURI);
    const key = transport + url.href;
    const operation =
      operations.get(key) ??
      createWatched(url, transport, host, (used) => {
        if (used) operations.set(key, operation);
        else operations.delete(key);
      });
    if (record) operation.accept(record);
    return operation;
  };
}
