import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { behavioursOf, type DriverBehaviour } from '../behaviour.js';
import { addQueued, addRunning, end } from '../stage.js';

/** How an owner finds what is theirs. */
export const lists: readonly DriverBehaviour[] = behavioursOf('lists', {
  'an owner sees their own, newest first, and nobody else’s': async (stage) => {
    const { store } = await stage.driver();
    const first = await addQueued(store);
    await addQueued(store, { owner: 'bob' });
    const second = await addQueued(store);
    deepStrictEqual(await store.listByOwner('ann', { limit: 50 }), { records: [second, first] });
    deepStrictEqual(await store.listByOwner('eve', { limit: 50 }), { records: [] });
  },
  'they are chosen by state and kind': async (stage) => {
    const { store } = await stage.driver();
    const queued = await addQueued(store);
    const other = await addQueued(store, { kind: 'other' });
    const ended = await end(store, await addRunning(store));
    const idsOf = async (query: object): Promise<readonly string[]> =>
      (await store.listByOwner('ann', { limit: 50, ...query })).records.map(({ id }) => id);
    deepStrictEqual(await idsOf({ state: 'queued' }), [other.id, queued.id]);
    deepStrictEqual(await idsOf({ state: 'queued', kind: 'count' }), [queued.id]);
    deepStrictEqual(await idsOf({ state: 'succeeded' }), [ended?.id]);
    deepStrictEqual(await idsOf({ kind: 'no such' }), []);
  },
  'page after page gives each once, also when more are added': async (stage) => {
    const { store } = await stage.driver();
    const made: string[] = [];
    for (let count = 0; count < 7; count += 1) made.unshift((await addQueued(store)).id);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = cursor === undefined ? { limit: 3 } : { limit: 3, cursor };
      const { records, next } = await store.listByOwner('ann', query);
      seen.push(...records.map(({ id }) => id));
      ok(seen.length <= made.length, 'something came twice');
      cursor = next;
      await addQueued(store);
    } while (cursor !== undefined);
    deepStrictEqual(seen, made);
  },
  'a cursor that is none does no harm': async (stage) => {
    const { store } = await stage.driver();
    await addQueued(store, { owner: 'bob' });
    for (const cursor of ['', '-1', 'NaN', '../x', '__proto__', '9'.repeat(400), '*\r\n']) {
      const { records } = await store.listByOwner('ann', { limit: 3, cursor });
      deepStrictEqual(records, [], cursor);
    }
  },
  'what was forgotten is in no list': async (stage) => {
    const { store } = await stage.driver();
    const kept = await addQueued(store);
    const { id } = (await end(store, await addRunning(store))) ?? {};
    equal(await store.forget(id ?? ''), true);
    deepStrictEqual(await store.listByOwner('ann', { limit: 50 }), { records: [kept] });
  },
});
