import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { behavioursOf, type DriverBehaviour } from '../behaviour.js';
import { addQueued, addRunning, end, newRecord, recordOf, take } from '../stage.js';

const SHORT_MS = 300;

/** What is kept beside a record, and for how long. */
export const keeping: readonly DriverBehaviour[] = behavioursOf('keeping', {
  'a checkpoint is there for the next attempt': async (stage) => {
    const { store } = await stage.driver();
    const { id } = await addRunning(store);
    equal(await store.lastCheckpoint(id), undefined);
    equal(await store.saveCheckpoint(id, 1, '{"row":1}'), true);
    equal(await store.saveCheckpoint(id, 1, '{"row":"\u2028é"}'), true);
    await take(store, id, 2);
    equal(await store.lastCheckpoint(id), '{"row":"\u2028é"}');
  },
  'the log keeps the last 100 lines': async (stage) => {
    const { store } = await stage.driver();
    const { id } = await addRunning(store);
    const lines = Array.from({ length: 130 }, (_, index) => `line ${index} \u2028é`);
    await store.appendLog(id, 1, lines.slice(0, 70));
    await store.appendLog(id, 1, lines.slice(70));
    deepStrictEqual(await store.readLog(id), lines.slice(30));
  },
  'the log is there after the end': async (stage) => {
    const { store } = await stage.driver();
    const running = await addRunning(store);
    await store.appendLog(running.id, 1, ['done']);
    await end(store, running);
    deepStrictEqual(await store.readLog(running.id), ['done']);
  },
  'only what has come to its end is forgotten, and leaves a tombstone': async (stage) => {
    const { store } = await stage.driver();
    const queued = await addQueued(store);
    const running = await addRunning(store, { idemKey: 'k', fingerprint: 'f' });
    equal(await store.forget(queued.id), false);
    equal(await store.forget(running.id), false);
    deepStrictEqual(await store.read(running.id), running);
    await end(store, running);
    equal(await store.forget(running.id), true);
    equal(await store.forget(running.id), false);
    const tombstone = await store.read(running.id);
    ok(tombstone !== undefined && !('state' in tombstone));
    equal(tombstone.owner, 'ann');
    equal(tombstone.id, running.id);
    ok(Math.abs(tombstone.forgottenAt - Date.now()) < 60_000);
    deepStrictEqual(await store.readLog(running.id), []);
    equal((await store.create(newRecord({ idemKey: 'k', fingerprint: 'g' }), { input: '1' })).outcome, 'created');
  },
  'what has come to its end is forgotten in time, and its tombstone after as long again': async (stage) => {
    const { store } = await stage.driver();
    const running = await addRunning(store, { retentionMs: SHORT_MS, idemKey: 'k', fingerprint: 'f' });
    const cancelled = await addQueued(store, { retentionMs: SHORT_MS });
    const beginning = performance.now();
    await end(store, running);
    await store.requestCancel(cancelled.id);
    for (const { id } of [running, cancelled]) equal((await recordOf(store, id)).id, id);
    for (const { id } of [running, cancelled]) {
      await stage.until('it to be forgotten', async () => !('state' in ((await store.read(id)) ?? {})));
    }
    ok(performance.now() - beginning > SHORT_MS - 50, 'it was forgotten too early');
    ok((await store.read(running.id)) !== undefined, 'it left no tombstone');
    equal((await store.create(newRecord({ idemKey: 'k', fingerprint: 'g' }), { input: '1' })).outcome, 'created');
    deepStrictEqual(await store.listByOwner('ann', { limit: 50, state: 'succeeded' }), { records: [] });
    await stage.until('its tombstone to go', async () => (await store.read(running.id)) === undefined);
    ok(performance.now() - beginning > 2 * SHORT_MS - 50, 'its tombstone went too early');
  },
  'what is under way is never forgotten by itself': async (stage) => {
    const { store } = await stage.driver();
    const queued = await addQueued(store, { retentionMs: 1 });
    const running = await addRunning(store, { retentionMs: 1 });
    await stage.quiet();
    await store.due();
    deepStrictEqual(await store.read(queued.id), queued);
    deepStrictEqual(await store.read(running.id), running);
  },
  'what waits and is in no queue is due': async (stage) => {
    const { store, queue } = await stage.driver();
    const lost = await addQueued(store);
    const queued = await addQueued(store);
    await queue.enqueue(queued.id, { kind: queued.kind });
    const ended = await end(store, await addRunning(store));
    await stage.until('it to be due', async () => (await store.due()).includes(lost.id));
    const due = await store.due();
    ok(!due.includes(queued.id), 'what waits in the queue is not due');
    ok(!due.includes(ended?.id ?? ''), 'what has ended is not due');
  },
});
