import type { SessionStore } from '@verbena/core';

/** What the store says when it fails. */
export const STORE_FAILURE: string = 'the store cannot be reached';

/** Keeps sessions in memory as a distant store would, as text, and counts how often it is asked. */
export class CountingStore implements SessionStore {
  reads = 0;
  writes = 0;
  deletions = 0;
  /** The call that fails, as when the store cannot be reached; none by default. */
  failing: keyof SessionStore | undefined;
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
    this.#fail('get');
    const text = this.#texts.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async set(key: string, value: Record<string, unknown>): Promise<void> {
    this.writes += 1;
    this.#fail('set');
    this.#texts.set(key, JSON.stringify(value));
  }

  async delete(key: string): Promise<boolean> {
    this.deletions += 1;
    this.#fail('delete');
    return this.#texts.delete(key);
  }

  #fail(call: keyof SessionStore): void {
    if (this.failing === call) throw new Error(STORE_FAILURE);
  }
}
