import type { SessionStore } from './store-session.js';

/** Sessions in this process' memory: lost when it ends, and unknown to every other. */
export class MemoryStore implements SessionStore {
  /** How often it looks for what nobody came back for, in milliseconds. */
  static readonly SWEEP_MS = 60_000;

  readonly #entries = new Map<string, Entry>();
  #sweptAt = Date.now();

  async get(key: string): Promise<unknown> {
    const entry = this.#entries.get(key);
    return entry === undefined || entry.expiresAt <= Date.now() ? undefined : entry.value;
  }

  /** @param value is kept as it is, and must not be changed any more */
  async set(key: string, value: Record<string, unknown>, ttlMs: number): Promise<void> {
    const now = Date.now();
    this.#entries.set(key, { value, expiresAt: now + ttlMs });
    if (now - this.#sweptAt >= MemoryStore.SWEEP_MS) this.#sweep(now);
  }

  async delete(key: string): Promise<void> {
    this.#entries.delete(key);
  }

  /** How many sessions take up memory. */
  get size(): number {
    return this.#entries.size;
  }

  #sweep(now: number): void {
    this.#sweptAt = now;
    for (const [key, { expiresAt }] of this.#entries) if (expiresAt <= now) this.#entries.delete(key);
  }
}

/** The stores of those that brought none, for as long as they are in use. */
const STORES = new WeakMap<object, MemoryStore>();

/** Gives the store in this process' memory of whoever has no other: an application, as a rule, whose servers share it. */
export function memoryStoreOf(owner: object): SessionStore {
  const store = STORES.get(owner) ?? new MemoryStore();
  STORES.set(owner, store);
  return store;
}

interface Entry {
  readonly value: Record<string, unknown>;
  /** In milliseconds since 1970. */
  readonly expiresAt: number;
}
