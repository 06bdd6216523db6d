import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { behavioursOf, type DriverBehaviour } from '../behaviour.js';
import { addQueued, addRunning, end, newRecord, recordOf, take } from '../stage.js';

/** Ids nobody gave out. */
const STRANGE_IDS = [
  '',
  '1',
  'a:b:c',
  '../x',
  'nul\0',
  '__proto__',
  'constructor',
  'é\u2028\r\n',
  'x'.repeat(10_000),
  '*',
  '{op_}',
];

/** What an operation is stored with, and how it is changed. */
export const records: readonly DriverBehaviour[] = behavioursOf('records', {
  'what is created is read as it was given, with its input': async (stage) => {
    const { store } = await stage.driver();
    const record = newRecord({ idemKey: 'k', fingerprint: 'f', kind: 'naïve-\u{1f600}'.normalize(), label: '"é"' });
    deepStrictEqual(await store.create(record, { input: '{"a":"\u2028\\u0000é"}' }), { outcome: 'created', record });
    deepStrictEqual(await store.read(record.id), record);
    equal(await store.input(record.id), '{"a":"\u2028\\u0000é"}');
  },
  'an input may be empty, or a megabyte': async (stage) => {
    const { store } = await stage.driver();
    for (const input of ['', JSON.stringify('x'.repeat(1_000_000))]) {
      const { id } = await addQueued(store, {}, { input });
      equal(await store.input(id), input);
    }
  },
  'an unknown id is unknown, whatever its shape': async (stage) => {
    const { store } = await stage.driver();
    await addQueued(store);
    for (const id of [...STRANGE_IDS, newRecord().id]) {
      equal(await store.read(id), undefined, JSON.stringify(id.slice(0, 50)));
      equal(await store.input(id), undefined);
      equal(await store.requestCancel(id), undefined);
      equal(await store.forget(id), false);
      equal(await store.report(id, 1, { value: 0.5 }), undefined);
      equal(await store.transition(id, { attempt: 1, from: ['queued'], to: 'running', patch: {} }), undefined);
    }
  },
  'many are read in the order asked for': async (stage) => {
    const { store } = await stage.driver();
    const [first, second] = [await addQueued(store), await addQueued(store)];
    const unknown = newRecord();
    deepStrictEqual(await store.readMany([second.id, unknown.id, first.id, second.id]), [
      second,
      undefined,
      first,
      second,
    ]);
    deepStrictEqual(await store.readMany([]), []);
  },
  'an equal key of the same owner gives the same operation': async (stage) => {
    const { store } = await stage.driver();
    const first = await addQueued(store, { idemKey: 'k', fingerprint: 'f' });
    const again = await store.create(newRecord({ idemKey: 'k', fingerprint: 'f' }), { input: '1' });
    deepStrictEqual(again, { outcome: 'replayed', record: first });
    equal(await store.input(first.id), '{}');
    const other = await store.create(newRecord({ owner: 'bob', idemKey: 'k', fingerprint: 'f' }), { input: '1' });
    equal(other.outcome, 'created');
  },
  'a key with another fingerprint is refused, and nothing is stored': async (stage) => {
    const { store } = await stage.driver();
    await addQueued(store, { idemKey: 'k', fingerprint: 'f' });
    const refused = newRecord({ idemKey: 'k', fingerprint: 'g' });
    deepStrictEqual(await store.create(refused, { input: '1' }), { outcome: 'key-reused' });
    equal(await store.read(refused.id), undefined);
    equal((await store.listByOwner('ann', { limit: 50 })).records.length, 1);
  },
  'of many equal keys at once, one creates': async (stage) => {
    const { store } = await stage.driver();
    const created = await Promise.all(
      Array.from({ length: 50 }, () => store.create(newRecord({ idemKey: 'k', fingerprint: 'f' }), { input: '1' })),
    );
    equal(created.filter(({ outcome }) => outcome === 'created').length, 1);
    equal(new Set(created.map((one) => ('record' in one ? one.record.id : one.outcome))).size, 1);
  },
  'the limit of an owner counts what is under way of one kind, also at once': async (stage) => {
    const { store } = await stage.driver();
    const options = { input: '1', perOwnerLimit: 2 };
    const created = await Promise.all(Array.from({ length: 10 }, () => store.create(newRecord(), options)));
    const records = created.flatMap((one) => ('record' in one ? [one.record] : []));
    equal(records.length, 2);
    equal(created.filter(({ outcome }) => outcome === 'limit-reached').length, 8);
    equal((await store.create(newRecord({ kind: 'other' }), options)).outcome, 'created');
    equal((await store.create(newRecord({ owner: 'bob' }), options)).outcome, 'created');
    const [first, second] = records;
    ok(first !== undefined && second !== undefined);
    await end(store, await take(store, first.id, 1));
    equal((await store.create(newRecord(), options)).outcome, 'created');
    await store.requestCancel(second.id);
    equal((await store.create(newRecord(), options)).outcome, 'created');
    equal((await store.create(newRecord(), options)).outcome, 'limit-reached');
  },
  'at the limit, an equal key still gives the same operation': async (stage) => {
    const { store } = await stage.driver();
    const options = { input: '1', perOwnerLimit: 1 };
    await store.create(newRecord({ idemKey: 'k', fingerprint: 'f' }), options);
    equal((await store.create(newRecord({ idemKey: 'k', fingerprint: 'f' }), options)).outcome, 'replayed');
  },
  'a change of state adds 1 to seq, sets what it says and removes what is undefined': async (stage) => {
    const { store } = await stage.driver();
    const queued = await addQueued(store, { message: 'waits' });
    const change = {
      attempt: 3,
      from: ['queued'],
      to: 'running',
      patch: { startedAt: 5, message: undefined },
    } as const;
    const running = await store.transition(queued.id, change);
    ok(running !== undefined && running.updatedAt >= queued.updatedAt);
    const { message: _message, ...rest } = queued;
    deepStrictEqual(running, {
      ...rest,
      state: 'running',
      attempt: 3,
      seq: 2,
      startedAt: 5,
      updatedAt: running.updatedAt,
    });
    deepStrictEqual(await store.read(queued.id), running);
  },
  'a change of state keeps errors, results and progress as they are': async (stage) => {
    const { store } = await stage.driver();
    const { id } = await addRunning(store);
    const patch = {
      endedAt: 7,
      expiresAt: 60_007,
      error: { type: 'urn:x', title: 'Tïtle', code: 'threw', detail: '"\n' },
      result: JSON.stringify({ text: 'x'.repeat(60_000), nothing: null }),
      resultRef: 'somewhere/else',
      progress: { value: null, done: 0, children: [{ name: '__proto__', weight: 2, value: 0.25, children: [] }] },
    } as const;
    const ended = await store.transition(id, { attempt: 1, from: ['running'], to: 'failed', patch });
    ok(ended !== undefined);
    for (const [key, value] of Object.entries(patch)) deepStrictEqual(ended[key as keyof typeof patch], value, key);
    deepStrictEqual(await store.read(id), ended);
  },
  'a report keeps the newest progress and adds 1 to seq': async (stage) => {
    const { store } = await stage.driver();
    const { id, seq } = await addRunning(store);
    deepStrictEqual(await store.report(id, 1, { value: 0.25, message: 'a' }), {
      seq: seq + 1,
      isCancelRequested: false,
    });
    deepStrictEqual(await store.report(id, 1, { value: null }), { seq: seq + 2, isCancelRequested: false });
    const record = await recordOf(store, id);
    deepStrictEqual(record.progress, { value: null });
    equal(record.seq, seq + 2);
  },
  'a sign of life alone changes nothing that is watched': async (stage) => {
    const { store } = await stage.driver();
    const running = await addRunning(store);
    await stage.quiet();
    deepStrictEqual(await store.report(running.id, 1), { seq: running.seq, isCancelRequested: false });
    const record = await recordOf(store, running.id);
    equal(record.seq, running.seq);
    equal(record.updatedAt, running.updatedAt);
    ok((record.heartbeatAt ?? 0) > (running.heartbeatAt ?? 0));
  },
  'nothing is reported of what does not run': async (stage) => {
    const { store } = await stage.driver();
    const queued = await addQueued(store);
    equal(await store.report(queued.id, 0, { value: 0.5 }), undefined);
    equal(await store.report(queued.id, 1, { value: 0.5 }), undefined);
    const running = await addRunning(store);
    const ended = await end(store, running);
    equal(await store.report(running.id, 1, { value: 0.5 }), undefined);
    deepStrictEqual(await store.read(running.id), ended);
  },
});
