import type { OperationView } from '../view.js';
import type { Watching } from '../asking.js';
import type { WatchListener } from '../watch-hub.js';
import { frame, retryFrame } from './frame.js';
import { problem, retryAfter } from './problems.js';
import { Rounds } from './rounds.js';
import { Topic } from './topic.js';
import { Watcher, type WatcherOptions, type WatcherOwner } from './watcher.js';

/** How news of operations reach this process: what the streams need of the operations they show. */
export interface OperationSource {
  /** Begins with a snapshot; what the listener is told of is newer. Undefined when there is no such operation. */
  subscribe(id: string, listener: WatchListener): Promise<Watching | undefined>;
  /** Tells when what all this stands on goes away, and when it is back. */
  onLink(changed: (isUp: boolean) => void): () => void;
}

export interface StreamLimits {
  /** Most streams of this process. */
  readonly maxStreams: number;
  /** Most streams of one owner in this process. */
  readonly maxStreamsPerOwner: number;
}

export interface StreamRequest extends Omit<WatcherOptions, 'intervalMs' | 'endsAt'> {
  /** What is watched; `haveSeq` is what the client knows already. */
  readonly operations: readonly { readonly view: OperationView; readonly haveSeq?: number | undefined }[];
  /** Ids of which there is nothing to be seen. */
  readonly unknown: readonly string[];
  /** Whether nobody looks at the page just now. */
  readonly isHidden: boolean;
}

/** Least time between two frames of progress, in milliseconds. */
const VISIBLE_MS = 100;
const HIDDEN_MS = 1000;

/** How often those are looked at again that had to wait for their next frame. */
const DELAY_MS = 25;

/** How long a client waits before it comes back, in milliseconds. */
const RETRY_MS = 2000;

/** How long a stream lasts, give or take a fifth. */
const LIFE_MS = 600_000;

/** How long what operations stand on may be away before clients are told, in milliseconds. */
const STALE_MS = 5000;

/** How long clients that take nothing are waited for when all streams end. */
const FORCE_MS = 5000;

/** Every event stream of this process. New ones are refused where there are too many; none is ended for another. */
export class EventStreams implements WatcherOwner {
  readonly #source: OperationSource;
  readonly #limits: StreamLimits;
  readonly #topics = new Map<string, Topic>();
  readonly #counts = new Map<string, number>();
  readonly #rounds = new Rounds();
  /** Those that are being opened. */
  readonly #opening = new Set<Watcher>();
  readonly #delayed = new Set<Watcher>();
  #delayTimer: ReturnType<typeof setInterval> | undefined;
  #count = 0;
  #closing: Promise<void> | undefined;
  #allOver: (() => void) | undefined;
  #staleTimer: ReturnType<typeof setTimeout> | undefined;
  #isStale = false;
  readonly #offLink: () => void;

  constructor(source: OperationSource, limits: StreamLimits) {
    this.#source = source;
    this.#limits = limits;
    this.#offLink = source.onLink((isUp) => this.#linkChanged(isUp));
  }

  /** How many streams are open. */
  get size(): number {
    return this.#count;
  }

  /**
   * Takes a place for a stream that is about to open; {@link leave} gives it back, as the end of the stream does.
   *
   * @throws HttpException 503 or 429 where there are too many
   */
  enter(owner: string | undefined): void {
    if (this.#closing !== undefined || this.#count >= this.#limits.maxStreams)
      throw problem(503, 'too-many-streams', undefined, retryAfter(10));
    if (owner !== undefined) {
      const own = this.#counts.get(owner) ?? 0;
      if (own >= this.#limits.maxStreamsPerOwner) throw problem(429, 'too-many-streams', undefined, retryAfter(5));
      this.#counts.set(owner, own + 1);
    }
    this.#count += 1;
  }

  leave(owner: string | undefined): void {
    this.#count -= 1;
    if (this.#count === 0) this.#allOver?.();
    if (owner === undefined) return;
    const own = this.#counts.get(owner) ?? 0;
    if (own <= 1) this.#counts.delete(owner);
    else this.#counts.set(owner, own - 1);
  }

  /** Opens a stream in a place that was taken for it. */
  async open({ operations, unknown, isHidden, ...options }: StreamRequest): Promise<Watcher> {
    const endsAt = performance.now() + LIFE_MS * (0.8 + Math.random() * 0.4);
    const greeting = retryFrame(RETRY_MS * (0.75 + Math.random() * 0.5));
    const intervalMs = isHidden ? HIDDEN_MS : VISIBLE_MS;
    const watcher = new Watcher(this, { ...options, intervalMs, endsAt }, greeting);
    for (const id of unknown) {
      const topic = new Topic(id);
      topic.end();
      watcher.follow(topic, 0);
    }
    // Whoever ends streams meanwhile ends this one too.
    this.#opening.add(watcher);
    try {
      await Promise.all(operations.map(({ view, haveSeq }) => this.#follow(watcher, view, haveSeq)));
    } catch (error) {
      this.#unfollow(watcher);
      throw error;
    } finally {
      this.#opening.delete(watcher);
    }
    this.#rounds.add(watcher);
    return watcher;
  }

  /** Ends the streams of one owner, as when he signs out. */
  endAllOf(owner: string): void {
    for (const watcher of this.#all()) if (watcher.options.owner === owner) watcher.finish();
  }

  /** Ends all streams: their clients come back one after another. Those who take nothing are cut off after 5 seconds. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#offLink();
    clearTimeout(this.#staleTimer);
    for (const watcher of this.#all()) watcher.finish(retryFrame(1000 + Math.random() * 9000));
    if (this.#count > 0) {
      await new Promise<void>((resolve) => {
        this.#allOver = resolve;
        setTimeout(resolve, FORCE_MS).unref();
      });
      for (const watcher of this.#rounds) watcher.cutOff();
    }
    this.#rounds.stop();
  }

  delay(watcher: Watcher): void {
    this.#delayed.add(watcher);
    this.#delayTimer ??= setInterval(() => this.#nudgeDelayed(), DELAY_MS);
  }

  over(watcher: Watcher): void {
    this.#unfollow(watcher);
    this.#rounds.delete(watcher);
    this.#delayed.delete(watcher);
    this.leave(watcher.options.owner);
  }

  /** Tells every client that what it sees may be out of date; and once that is over, what is known then. */
  #linkChanged(isUp: boolean): void {
    clearTimeout(this.#staleTimer);
    if (isUp && this.#isStale) {
      this.#isStale = false;
      for (const topic of this.#topics.values()) topic.repeat();
    } else if (!isUp && !this.#isStale) {
      this.#staleTimer = setTimeout(() => {
        this.#isStale = true;
        const bytes = frame('stale', {});
        for (const watcher of this.#rounds) watcher.tell(bytes);
      }, STALE_MS);
      this.#staleTimer.unref();
    }
  }

  #nudgeDelayed(): void {
    const delayed = [...this.#delayed];
    this.#delayed.clear();
    for (const watcher of delayed) watcher.nudge();
    if (this.#delayed.size > 0) return;
    clearInterval(this.#delayTimer);
    this.#delayTimer = undefined;
  }

  *#all(): Generator<Watcher, undefined> {
    yield* this.#opening;
    yield* this.#rounds;
  }

  async #follow(watcher: Watcher, view: OperationView, haveSeq: number | undefined): Promise<void> {
    const topic = this.#topicOf(view.id);
    topic.listeners.add(watcher);
    // Before anything is waited for, so that the watcher lets go of it whatever happens.
    const place = watcher.follow(topic, 0);
    await topic.opening;
    topic.take(view);
    if (haveSeq !== undefined && haveSeq === topic.view?.seq) place.sent = topic.version;
  }

  #topicOf(id: string): Topic {
    const known = this.#topics.get(id);
    if (known !== undefined) return known;
    const topic = new Topic(id);
    this.#topics.set(id, topic);
    topic.opening = this.#watch(topic);
    return topic;
  }

  async #watch(topic: Topic): Promise<void> {
    const watch = await this.#source.subscribe(topic.id, {
      changed: (view) => topic.take(view),
      ended: (why) => {
        if (why === 'gone') topic.end();
        else void this.close();
      },
    });
    if (watch === undefined) {
      topic.end();
      return;
    }
    topic.take(watch.operation);
    topic.off = () => watch.close();
    // Everybody may have left meanwhile.
    if (topic.listeners.size === 0) watch.close();
  }

  #unfollow(watcher: Watcher): void {
    for (const topic of watcher.topics) {
      topic.listeners.delete(watcher);
      if (topic.listeners.size > 0 || this.#topics.get(topic.id) !== topic) continue;
      this.#topics.delete(topic.id);
      topic.off?.();
    }
  }
}
