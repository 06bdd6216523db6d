import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { behavioursOf, type DriverBehaviour } from '../behaviour.js';
import { addQueued, addRunning, end, recordOf, take } from '../stage.js';

/** Of an attempt that was overtaken, nothing is kept; and what has ended stays as it ended. */
export const fences: readonly DriverBehaviour[] = behavioursOf('fences', {
  'an attempt that was overtaken can write nothing': async (stage) => {
    const { store } = await stage.driver();
    const first = await addRunning(store);
    const second = await take(store, first.id, 2);
    equal(await store.report(first.id, 1, { value: 0.9 }), undefined);
    equal(await store.report(first.id, 1), undefined);
    equal(await end(store, first), undefined);
    equal(await store.transition(first.id, { attempt: 1, from: ['running'], to: 'queued', patch: {} }), undefined);
    equal(await store.saveCheckpoint(first.id, 1, '"late"'), false);
    await store.appendLog(first.id, 1, ['late']);
    deepStrictEqual(await store.read(first.id), second);
    equal(await store.lastCheckpoint(first.id), undefined);
    deepStrictEqual(await store.readLog(first.id), []);
  },
  'an attempt that was not begun can report nothing': async (stage) => {
    const { store } = await stage.driver();
    const running = await addRunning(store);
    equal(await store.report(running.id, 2, { value: 0.9 }), undefined);
    equal(await store.saveCheckpoint(running.id, 2, '1'), false);
    deepStrictEqual(await store.read(running.id), running);
  },
  'a state is left only for one that it may be left for': async (stage) => {
    const { store } = await stage.driver();
    const queued = await addQueued(store);
    equal(await store.transition(queued.id, { attempt: 1, from: ['running'], to: 'succeeded', patch: {} }), undefined);
    deepStrictEqual(await store.read(queued.id), queued);
  },
  'what has come to its end stays as it is': async (stage) => {
    const { store } = await stage.driver();
    for (const state of ['succeeded', 'failed', 'cancelled'] as const) {
      const running = await addRunning(store);
      const ended = await end(store, running, state);
      equal(ended?.state, state);
      equal(await end(store, running, 'failed'), undefined);
      const again = { attempt: 2, from: ['queued', 'running'], to: 'running', patch: {} } as const;
      equal(await store.transition(running.id, again), undefined);
      deepStrictEqual(await store.requestCancel(running.id), ended);
      deepStrictEqual(await store.read(running.id), ended);
    }
  },
  'of many ends at once, one is kept': async (stage) => {
    const { store } = await stage.driver();
    for (let round = 0; round < 20; round += 1) {
      const running = await addRunning(store);
      const ends = await Promise.all(
        (['succeeded', 'failed', 'cancelled', 'succeeded', 'failed'] as const).map((state) =>
          end(store, running, state),
        ),
      );
      const won = ends.filter((one) => one !== undefined);
      equal(won.length, 1);
      deepStrictEqual(await store.read(running.id), won[0]);
    }
  },
  'of many attempts at once, the highest is kept': async (stage) => {
    const { store } = await stage.driver();
    const { id } = await addQueued(store);
    const change = { from: ['queued', 'running'], to: 'running', patch: {} } as const;
    await Promise.all([3, 1, 5, 2, 4].map((attempt) => store.transition(id, { attempt, ...change })));
    equal((await recordOf(store, id)).attempt, 5);
  },
  'cancelling and ending at once leave one end': async (stage) => {
    const { store } = await stage.driver();
    for (let round = 0; round < 50; round += 1) {
      const running = await addRunning(store);
      const [asked, ended] = await Promise.all([store.requestCancel(running.id), end(store, running)]);
      equal(ended?.state, 'succeeded');
      ok(asked?.state === 'cancelling' || asked?.state === 'succeeded');
      equal((await recordOf(store, running.id)).state, 'succeeded');
    }
  },
  'cancelling and taking at once either run it or do not': async (stage) => {
    const { store } = await stage.driver();
    const change = { attempt: 1, from: ['queued', 'running'], to: 'running', patch: {} } as const;
    for (let round = 0; round < 50; round += 1) {
      const { id } = await addQueued(store);
      const [asked, taken] = await Promise.all([store.requestCancel(id), store.transition(id, change)]);
      equal((await recordOf(store, id)).state, taken === undefined ? 'cancelled' : 'cancelling');
      ok(asked !== undefined);
    }
  },
});
