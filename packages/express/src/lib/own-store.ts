import type { SessionStore } from '@verbena/core';
import { copyOfData, isSessionIdentity, type StoredRecord } from '@verbena/core/adapter';
import session, { type SessionData } from 'express-session';
import { callBack } from './callback.js';

/** A session of the adapter's own: the values are one member, so that they may have any name. */
export interface OwnSessionData extends SessionData {
  values?: Record<string, unknown>;
}

/** A session that express-session wants to have. */
export interface Wanted {
  readonly id: string;
  /** Asks the store, and gives express-session what it holds. */
  bring(): void;
}

/** A store of sessions as express-session asks one. */
export class OwnStore extends session.Store {
  readonly #store: SessionStore;
  readonly #maxAgeMs: number;
  #wanted: Wanted | undefined;

  constructor(store: SessionStore, maxAgeMs: number) {
    super();
    this.#store = store;
    this.#maxAgeMs = maxAgeMs;
  }

  /**
   * What express-session has just asked for, or undefined when it asked for nothing. It asks as soon as it sees a request,
   * before that request's turn has come.
   */
  takeWanted(): Wanted | undefined {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    return wanted;
  }

  /** What is stored under an identity. */
  async valuesOf(id: string): Promise<Record<string, unknown> | undefined> {
    return (await this.#read(id))?.values;
  }

  override get(id: string, callback: (error: unknown, session?: OwnSessionData) => void): void {
    this.#wanted = { id, bring: () => void callBack(() => this.#read(id), callback) };
  }

  override set(id: string, { values = {} }: OwnSessionData, callback: (error?: unknown) => void): void {
    const record: StoredRecord = { values, savedAt: Date.now() };
    void callBack(() => this.#store.set(id, { ...record }, this.#maxAgeMs), callback);
  }

  override destroy(id: string, callback: (error?: unknown) => void): void {
    void callBack(() => this.#store.delete(id), callback);
  }

  async #read(id: string): Promise<OwnSessionData | undefined> {
    // Only what may be an identity of ours: a client must not choose among all the keys of a store.
    const found = isSessionIdentity(id) ? await this.#store.get(id) : undefined;
    if (found === undefined || found === null) return undefined;
    const { values, savedAt } = found as StoredRecord;
    const cookie = { originalMaxAge: this.#maxAgeMs, expires: new Date(savedAt + this.#maxAgeMs) };
    return { cookie, values: copyOfData(values) };
  }
}
