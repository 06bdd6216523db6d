import Keyv from 'keyv';

const kept = new Keyv();

// #region store
/** What koa-session asks of a store. */
export const sessionStore = {
  get: (id: string) => kept.get(id),
  async set(id: string, session: object, maxAgeMs: number) {
    await kept.set(id, session, maxAgeMs);
  },
  async destroy(id: string) {
    await kept.delete(id);
  },
};
// #endregion store
