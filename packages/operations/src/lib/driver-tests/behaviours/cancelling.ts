import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { behavioursOf, type DriverBehaviour } from '../behaviour.js';
import { addQueued, addRunning, end, recordOf } from '../stage.js';

/** How operations are asked to stop. */
export const cancelling: readonly DriverBehaviour[] = behavioursOf('cancelling', {
  'what waits is cancelled at once': async (stage) => {
    const { store } = await stage.driver();
    const { id, seq, retentionMs } = await addQueued(store);
    const cancelled = await store.requestCancel(id);
    ok(cancelled?.endedAt !== undefined && cancelled.cancelRequestedAt !== undefined);
    equal(cancelled.state, 'cancelled');
    equal(cancelled.seq, seq + 1);
    equal(cancelled.expiresAt, cancelled.endedAt + retentionMs);
    deepStrictEqual(await store.requestCancel(id), cancelled);
  },
  'what runs is asked to stop, and its next report says so': async (stage) => {
    const { store } = await stage.driver();
    const { id, seq } = await addRunning(store);
    const asked = await store.requestCancel(id);
    equal(asked?.state, 'cancelling');
    equal(asked?.seq, seq + 1);
    ok(asked?.cancelRequestedAt !== undefined && asked.endedAt === undefined);
    deepStrictEqual(await store.requestCancel(id), asked);
    deepStrictEqual(await store.report(id, 1), { seq: seq + 1, isCancelRequested: true });
    deepStrictEqual(await store.report(id, 1, { value: 0.5 }), { seq: seq + 2, isCancelRequested: true });
  },
  'what is asked to stop may still come to any end': async (stage) => {
    const { store } = await stage.driver();
    for (const state of ['succeeded', 'failed', 'cancelled'] as const) {
      const running = await addRunning(store);
      await store.requestCancel(running.id);
      equal((await end(store, running, state))?.state, state);
    }
  },
  'what cannot be cancelled goes on': async (stage) => {
    const { store } = await stage.driver();
    const queued = await addQueued(store, { cancellable: false });
    deepStrictEqual(await store.requestCancel(queued.id), queued);
    const running = await addRunning(store, { cancellable: false });
    deepStrictEqual(await store.requestCancel(running.id), running);
    equal((await recordOf(store, running.id)).state, 'running');
  },
});
