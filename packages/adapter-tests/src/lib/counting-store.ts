import type { SessionStore } from '@verbena/core';

/** Keeps sessions in memory as a distant store would, as text, and counts how often it is asked. */
export class CountingStore implements SessionStore {
  reads = 0;
  writes = 0;
  deletions = 0;
  readonly #texts = new Map<string, string>();

  /** How often it was asked for anything. */
  get accesses(): number {
    return this.reads + this.writes + this.deletions;
  }

  /** How many sessions it holds. */
  get size(): number {
    return this.#texts.size;
  }

  async get(key: string): Promise<unknown> {
    this.reads += 1;
    const text = this.#texts.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async set(key: string, value: Record<string, unknown>): Promise<void> {
    this.writes += 1;
    this.#texts.set(key, JSON.stringify(value));
  }

  async delete(key: string): Promise<boolean> {
    this.deletions += 1;
    return this.#texts.delete(key);
  }
}
