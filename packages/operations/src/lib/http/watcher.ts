import { HEARTBEAT } from './frame.js';
import type { Topic, TopicListener } from './topic.js';

/** What a watcher needs of those who look after all of them. */
export interface WatcherOwner {
  /** Has a watcher nudged again when its rate allows the next frame. */
  delay(watcher: Watcher): void;
  /** Told once, when nothing more will be sent. */
  over(watcher: Watcher): void;
}

export interface WatcherOptions {
  /** Whose stream it is, for limits and for ending all of them; undefined for visitors with a share token. */
  readonly owner: string | undefined;
  /** Path under which the handlers are reached from outside. */
  readonly base: string;
  /** Least time between two frames that tell of the progress of one operation, in milliseconds. */
  readonly intervalMs: number;
  /** When it is to end, so that rights are read afresh: by the monotonic clock. */
  readonly endsAt: number;
  readonly client: WatchingClient;
}

/** Who watches. */
export interface WatchingClient {
  /** Whether he may still watch. */
  isAllowed(): Promise<boolean>;
  /** Breaks his connection off: he takes nothing. */
  cutOff(): void;
}

/** What a watcher has sent of a topic. */
export interface Followed {
  readonly topic: Topic;
  sent: number;
  /** When, by the monotonic clock. */
  toldAt: number;
}

type Step = IteratorResult<Uint8Array, undefined>;

const DONE: Step = { done: true, value: undefined };

/**
 * One open event stream. The host pulls it as fast as its client takes what it is sent; what happens meanwhile takes no room,
 * as only the newest state of each operation is sent next.
 */
export class Watcher implements AsyncIterableIterator<Uint8Array>, TopicListener {
  readonly options: WatcherOptions;
  readonly #owner: WatcherOwner;
  readonly #followed: Followed[] = [];
  /** What is to be sent besides frames of topics: first of all the greeting. */
  #notice: Uint8Array | undefined;
  #reader: ((step: Step) => void) | undefined;
  /** When it last sent something. */
  #sentAt: number;
  #isEnding = false;
  #isOver = false;

  constructor(owner: WatcherOwner, options: WatcherOptions, greeting: Uint8Array) {
    this.#owner = owner;
    this.options = options;
    this.#notice = greeting;
    this.#sentAt = performance.now();
  }

  /** Those it is looked after with, and how often it was. */
  group: Set<Watcher> | undefined;
  rounds = 0;

  get topics(): readonly Topic[] {
    return this.#followed.map(({ topic }) => topic);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** When it last sent something, by the monotonic clock. */
  get sentAt(): number {
    return this.#sentAt;
  }

  /**
   * Since when its client has taken nothing, by the monotonic clock: the host asks for more as soon as the last piece found room.
   * Undefined while it has taken all.
   */
  get blockedSince(): number | undefined {
    return this.#reader === undefined ? this.#sentAt : undefined;
  }

  /** @param sent the version its client has already */
  follow(topic: Topic, sent: number): Followed {
    const followed = { topic, sent, toldAt: -Infinity };
    this.#followed.push(followed);
    return followed;
  }

  /** Breaks the connection off: its client takes nothing, and would never learn of an end. */
  cutOff(): void {
    this.options.client.cutOff();
    this.#end();
  }

  /** There may be something to send. */
  nudge(now: number = performance.now()): void {
    const reader = this.#reader;
    const step = reader && this.#take(now);
    if (step === undefined) return;
    this.#reader = undefined;
    reader?.(step);
  }

  /** Sends something that belongs to no topic, in the place of an earlier one that is still to be sent. */
  tell(notice: Uint8Array): void {
    this.#notice = notice;
    this.nudge();
  }

  /** Shows that the stream is alive, unless something waits to be sent anyway. */
  beat(): void {
    if (this.#notice === undefined) this.tell(HEARTBEAT);
  }

  /** Ends the stream once its client has taken what is still to be sent, and this as the last. */
  finish(notice?: Uint8Array): void {
    this.#isEnding = true;
    this.#notice = notice ?? this.#notice;
    this.nudge();
  }

  next(): Promise<Step> {
    const step = this.#take();
    if (step !== undefined) return Promise.resolve(step);
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }

  return(): Promise<Step> {
    this.#end();
    return Promise.resolve(DONE);
  }

  /**
   * As streams of Node have it: this runs by itself, and is no generator that core would have to run to its first piece. Each open
   * stream is the lighter for that (`npm run bench:operations`, memory).
   */
  on(): this {
    return this;
  }

  destroy(): void {
    this.#end();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** What comes next, or undefined while there is nothing. */
  #take(now?: number): Step | undefined {
    if (this.#isOver) return DONE;
    const value = this.#hasNews() ? this.#news(now ?? performance.now()) : undefined;
    if (value !== undefined) return { done: false, value };
    if (!this.#isEnding && this.#followed.some(({ topic, sent }) => !topic.isOver || sent < topic.version)) {
      return undefined;
    }
    this.#end();
    return DONE;
  }

  #hasNews(): boolean {
    if (this.#notice !== undefined) return true;
    for (const { topic, sent } of this.#followed) if (sent < topic.version) return true;
    return false;
  }

  /**
   * The next frame, with a notice before it if there is one. Never several in one piece, which would be a copy for each watcher: while
   * its client takes nothing, a stream holds but frames that all share.
   */
  #news(now: number): Uint8Array | undefined {
    const notice = this.#notice;
    const frame = this.#nextFrame(now);
    this.#notice = undefined;
    const news = notice === undefined || frame === undefined ? (notice ?? frame) : Buffer.concat([notice, frame]);
    if (news !== undefined) this.#sentAt = now;
    return news;
  }

  #nextFrame(now: number): Uint8Array | undefined {
    for (const followed of this.#followed) {
      const { topic, sent, toldAt } = followed;
      if (sent >= topic.version) continue;
      if (now - toldAt < this.options.intervalMs && !topic.isUrgentSince(sent)) {
        this.#owner.delay(this);
        continue;
      }
      followed.sent = topic.version;
      followed.toldAt = now;
      return topic.frameSince(sent, this.options.base);
    }
    return undefined;
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#owner.over(this);
    this.#reader?.(DONE);
    this.#reader = undefined;
  }
}
