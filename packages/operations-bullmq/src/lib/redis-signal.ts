import type { OperationSignal } from '@verbena/operations/driver';
import type { Keys } from './keys.js';
import type { RedisLink } from './link.js';

/** Most channels named in one command. */
const CHANNELS_AT_ONCE = 1_000;

/** Those who watch one operation in this process, on one subscription. */
interface Watched {
  readonly listeners: Set<(seq: number) => void>;
  readonly subscribed: Promise<unknown>;
}

/** News by Redis' own channels: one subscription for each operation that is watched, however many watch it. */
export class RedisSignal implements OperationSignal {
  readonly #link: RedisLink;
  readonly #keys: Keys;
  readonly #watched = new Map<string, Watched>();
  #cancelled: ((id: string) => void) | undefined;

  constructor(link: RedisLink, keys: Keys) {
    this.#link = link;
    this.#keys = keys;
    link.subscriber.on('message', (channel: string, text: string) => this.#hear(channel, text));
  }

  async watch(id: string, nudged: (seq: number) => void): Promise<() => void> {
    const channel = this.#keys.nudges(id);
    const watched = this.#watched.get(channel) ?? this.#subscribe(channel);
    // Each call is a listener of its own, also where two pass the same function.
    const listener = (seq: number) => nudged(seq);
    watched.listeners.add(listener);
    const off = () => {
      if (!watched.listeners.delete(listener) || watched.listeners.size > 0) return;
      if (this.#watched.get(channel) !== watched) return;
      this.#watched.delete(channel);
      this.#link.subscriber.unsubscribe(channel).catch(() => {});
    };
    try {
      await watched.subscribed;
    } catch (error) {
      off();
      throw error;
    }
    return off;
  }

  nudge(id: string, seq: number): void {
    this.#publish(this.#keys.nudges(id), String(seq));
  }

  cancel(id: string): void {
    this.#cancelled?.(id);
    this.#publish(this.#keys.cancellations, id);
  }

  onLink(changed: (isUp: boolean) => void): () => void {
    return this.#link.onChange(changed);
  }

  /** Hears what is to be cancelled in this process, which works. */
  hearCancellations(cancelled: (id: string) => void): void {
    this.#cancelled = cancelled;
    // While Redis is away there are none, and what is heard is subscribed to anew when it is back.
    this.#link.subscriber.subscribe(this.#keys.cancellations).catch(() => {});
  }

  /** Subscribes anew to all that is watched: Redis forgets it with the connection. */
  async resubscribe(): Promise<void> {
    const channels = [...this.#watched.keys()];
    if (this.#cancelled !== undefined) channels.push(this.#keys.cancellations);
    for (let at = 0; at < channels.length; at += CHANNELS_AT_ONCE) {
      await this.#link.subscriber.subscribe(...channels.slice(at, at + CHANNELS_AT_ONCE));
    }
  }

  #subscribe(channel: string): Watched {
    const subscribed = this.#link.reach('watch an operation', () => this.#link.subscriber.subscribe(channel));
    const watched = { listeners: new Set<(seq: number) => void>(), subscribed };
    this.#watched.set(channel, watched);
    return watched;
  }

  #hear(channel: string, text: string): void {
    if (channel === this.#keys.cancellations) this.#cancelled?.(text);
    else for (const listener of this.#watched.get(channel)?.listeners ?? []) listener(Number(text));
  }

  /** News may be lost: whoever watches looks for itself in the end. */
  #publish(channel: string, text: string): void {
    this.#link.command.publish(channel, text).catch(() => {});
  }
}
