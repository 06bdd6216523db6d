import { backoffMs } from './backoff.js';
import { ALONE_MS, readEvents } from './event-stream.js';
import { inTurn } from './turn.js';

/** Operations that begin to be watched together get one connection, not one after another. */
const SETTLE_MS = 50;
/** Servers take no more on one stream. Members beyond that poll. */
const MOST_IDS = 50;
/** How much later than the next connection is due its members begin to poll. */
const GRACE_MS = 1_000;

/** What the server sends about one operation; about all of the stream when it has no id. */
export interface News {
  readonly id?: string;
}

/** One operation that a feed brings news of. */
export interface FeedMember {
  /** Names it to the server, and what is known of it. */
  query(): string;
  /** Takes what the server sent, also about others. */
  receive(event: string, news: News): void;
  /** Says whether news come by themselves now; if not, when it should begin to ask for them. */
  connected(live: boolean, pollInMs: number): void;
}

/** The one stream that brings a page news of all its operations from one server. */
export interface Feed {
  join(member: FeedMember): void;
  leave(member: FeedMember): void;
  /** Whether it may stream now: somebody looks at the page, and few enough tabs stream. */
  hasTurn(): boolean;
  /** Tries at once when somebody looks at the page, and ends the stream when nobody does. */
  look(): void;
}

export function createFeed(url: string, fetchFrom: typeof fetch, isAwake: () => boolean): Feed {
  const members = new Set<FeedMember>();
  let streamed: FeedMember[] = [];
  let failures = 0;
  let turn: AbortController | undefined;
  let request: AbortController | undefined;
  let settling: ReturnType<typeof setTimeout>;
  let reopening = false;
  let hasTurn = false;
  let goOn = (): void => {};

  const wanted = (): FeedMember[] => [...members].slice(0, MOST_IDS);

  const reopen = (): void => {
    reopening = request !== undefined;
    request?.abort();
  };

  const settle = (): void => {
    if (!isAwake() || members.size === 0) {
      turn?.abort();
      turn = undefined;
    } else if (!turn) {
      const { signal } = (turn = new AbortController());
      inTurn(() => run(signal), signal);
    } else if (wanted().some((member) => !streamed.includes(member))) reopen();
  };

  const change = (): void => {
    clearTimeout(settling);
    settling = setTimeout(settle, SETTLE_MS);
  };

  const onSign = (): void => {
    failures = 0;
    for (const member of streamed) member.connected(true, 0);
  };

  const onEvent = (event: string, data: string): void => {
    const news = JSON.parse(data) as News;
    for (const member of members) member.receive(event, news);
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    hasTurn = true;
    while (!signal.aborted) {
      streamed = wanted();
      request = new AbortController();
      signal.onabort = () => request?.abort();
      const query = streamed.map((member) => member.query()).join('&');
      let againMs = await readEvents(fetchFrom, `${url}?${query}`, request, onSign, onEvent);
      request = undefined;
      if (!reopening) {
        streamed = [];
        againMs ||= ++failures < 2 ? backoffMs(failures) : ALONE_MS;
        for (const member of members) member.connected(false, againMs < ALONE_MS ? againMs + GRACE_MS : 0);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, signal.aborted ? 0 : againMs);
          goOn = signal.onabort = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      reopening = false;
    }
    hasTurn = false;
  };

  return {
    join(member) {
      members.add(member);
      change();
    },
    leave(member) {
      members.delete(member);
      change();
    },
    hasTurn: () => hasTurn,
    look() {
      failures = 0;
      goOn();
      // Some systems cut the connections of hidden pages without telling them.
      if (isAwake()) reopen();
      change();
    },
  };
}
