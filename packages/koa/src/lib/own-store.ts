import type { SessionStore } from '@verbena/core';
import { isSessionIdentity, type StoredRecord } from '@verbena/core/adapter';
import type { CreateSessionOptions } from 'koa-session';

/** A session as koa-session has it: the values are one member, so that they may have any name. */
interface OwnContent {
  readonly values: Record<string, unknown>;
  /** When it is over, in milliseconds since 1970. */
  readonly _expire: number;
}

/** A store of sessions as koa-session asks one. */
export function ownStore(store: SessionStore, maxAgeMs: number): NonNullable<CreateSessionOptions['store']> {
  return {
    async get(id): Promise<OwnContent | undefined> {
      // Only what may be an identity of ours: a client must not choose among all the keys of a store.
      const found = isSessionIdentity(id) ? await store.get(id) : undefined;
      if (found === undefined || found === null) return undefined;
      const { values, savedAt } = found as StoredRecord;
      return { values, _expire: savedAt + maxAgeMs };
    },
    async set(id, { values = {} }: Partial<OwnContent>) {
      const record: StoredRecord = { values, savedAt: Date.now() };
      await store.set(id, { ...record }, maxAgeMs);
    },
    async destroy(id) {
      await store.delete(id);
    },
  };
}
