import { deepStrictEqual, equal, ok, rejects } from 'node:assert/strict';
import { defineOperation } from '../../decorators/define.js';
import type { OperationContext } from '../../handler.js';
import type { Operations } from '../../operations.js';
import type { OperationView } from '../../view.js';
import { amongProcesses, behavioursOf, type DriverBehaviour } from '../behaviour.js';
import { Gate } from '../gate.js';

const owner = 'ann';

/** What those see who start operations and watch them, over this driver. */
export const service: readonly DriverBehaviour[] = behavioursOf('service', {
  'what is started runs to its end, and whoever watches sees it': async (stage) => {
    const sum = defineOperation('sum', {}, async ({ numbers }: { numbers: number[] }, { report }: OperationContext) => {
      for (const index of numbers.keys()) report({ done: index + 1, total: numbers.length });
      return numbers.reduce((all, one) => all + one, 0);
    });
    const operations = await stage.operations({ operations: [sum] });
    const started = await operations.start(sum, { numbers: [1, 2, 3] }, { owner });
    ok(!started.isReplayed);
    const seen = await viewsOf(operations, started.id);
    deepStrictEqual(shown(seen.at(-1)), {
      state: 'succeeded',
      result: 6,
      progress: { value: 1, done: 3, total: 3 },
      attempt: 1,
    });
    for (const [index, view] of seen.entries()) ok(index === 0 || view.seq > (seen[index - 1]?.seq ?? 0));
    for (const view of seen.slice(0, -1)) ok((view.progress?.value ?? 0) < 1, 'only what has succeeded is full');
    deepStrictEqual(await operations.get(started.id), seen.at(-1));
  },
  'the end is seen exactly once, whenever watching begins': async (stage) => {
    const quick = defineOperation('quick', { concurrency: 20 }, async () => 'done');
    const operations = await stage.operations({ operations: [quick] });
    for (let round = 0; round < 100; round += 1) {
      const { id } = await operations.start(quick, undefined, { owner });
      for (let turn = 0; turn < round % 10; turn += 1) await Promise.resolve();
      const seen = await viewsOf(operations, id);
      deepStrictEqual(seen.filter(({ state }) => state === 'succeeded').length, 1);
    }
  },
  'of 200 equal starts at once, one runs': async (stage) => {
    let runs = 0;
    const once = defineOperation('once', { concurrency: 10 }, async () => {
      runs += 1;
    });
    const operations = await stage.operations({ operations: [once] });
    const started = await Promise.all(
      Array.from({ length: 200 }, () => operations.start(once, { a: 1 }, { owner, key: 'k' })),
    );
    equal(new Set(started.map(({ id }) => id)).size, 1);
    equal(started.filter(({ isReplayed }) => !isReplayed).length, 1);
    await viewsOf(operations, started[0]?.id);
    equal(runs, 1);
    await rejects(operations.start(once, { a: 2 }, { owner, key: 'k' }), { code: 'key-reused' });
  },
  'what waits is cancelled without being run': async (stage) => {
    const gate = new Gate();
    const ran: unknown[] = [];
    const slow = defineOperation('slow', {}, async (input: unknown) => {
      ran.push(input);
      await gate.passed;
    });
    const operations = await stage.operations({ operations: [slow] });
    const first = await operations.start(slow, 1, { owner });
    const second = await operations.start(slow, 2, { owner });
    await stage.until('the first to run', () => ran.length === 1);
    equal((await operations.cancel(second.id))?.state, 'cancelled');
    gate.open();
    equal((await viewsOf(operations, first.id)).at(-1)?.state, 'succeeded');
    await stage.quiet();
    deepStrictEqual(ran, [1]);
  },
  'what runs is told to stop': async (stage) => {
    const waits = defineOperation('waits', {}, async (_input: unknown, { signal }: OperationContext) => {
      await Gate.abortOf(signal);
      signal.throwIfAborted();
    });
    const operations = await stage.operations({ operations: [waits] });
    const { id } = await operations.start(waits, undefined, { owner });
    await stage.until('it to run', async () => (await operations.get(id))?.state === 'running');
    ok(['cancelling', 'cancelled'].includes((await operations.cancel(id))?.state ?? ''));
    const last = (await viewsOf(operations, id)).at(-1);
    equal(last?.state, 'cancelled');
    equal(last?.message, undefined);
    equal((await operations.cancel(id))?.seq, last?.seq);
  },
  'what does not stop is given up, and what it gives then is dropped': async (stage) => {
    const gate = new Gate();
    const deaf = defineOperation(
      'deaf',
      { cancelGraceMs: 50 },
      async (_input: unknown, { report }: OperationContext) => {
        await gate.passed;
        report(0.9);
        return 'late';
      },
    );
    const operations = await stage.operations({ operations: [deaf] });
    const { id } = await operations.start(deaf, undefined, { owner });
    await stage.until('it to run', async () => (await operations.get(id))?.state === 'running');
    await operations.cancel(id);
    const last = (await viewsOf(operations, id)).at(-1);
    equal(last?.state, 'cancelled');
    ok(last?.message?.includes('may still be ending'));
    gate.open();
    await stage.quiet();
    deepStrictEqual(await operations.get(id), last);
  },
  'cancelling and finishing at once leave one end': async (stage) => {
    const quick = defineOperation('quick', { concurrency: 20 }, async (turns: number, { signal }: OperationContext) => {
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      signal.throwIfAborted();
      return 'done';
    });
    const operations = await stage.operations({ operations: [quick] });
    for (let round = 0; round < 50; round += 1) {
      const { id } = await operations.start(quick, round % 12, { owner });
      for (let turn = 0; turn < round % 7; turn += 1) await Promise.resolve();
      await operations.cancel(id);
      const last = (await viewsOf(operations, id)).at(-1);
      ok(last?.state === 'cancelled' || last?.state === 'succeeded');
      deepStrictEqual(await operations.get(id), last);
    }
  },
  'what takes too long fails': async (stage) => {
    const slow = defineOperation('slow', { timeoutMs: 50 }, async (_input: unknown, { signal }: OperationContext) => {
      await Gate.abortOf(signal);
    });
    const operations = await stage.operations({ operations: [slow] });
    const { id } = await operations.start(slow, undefined, { owner });
    const last = (await viewsOf(operations, id)).at(-1);
    equal(last?.state, 'failed');
    equal(last?.error?.code, 'timeout');
  },
  'what may be tried again is, from its checkpoint': async (stage) => {
    const attempts: unknown[] = [];
    const options = { repeatable: true, attempts: 3, backoffMs: 1 };
    const flaky = defineOperation('flaky', options, async (_input: unknown, work: OperationContext) => {
      attempts.push({ attempt: work.attempt, lastCheckpoint: work.lastCheckpoint });
      work.report(0.8);
      await work.checkpoint({ row: work.attempt });
      if (work.attempt < 3) throw new Error('not yet');
      return work.attempt;
    });
    const operations = await stage.operations({ operations: [flaky] });
    const { id } = await operations.start(flaky, undefined, { owner });
    const seen = await viewsOf(operations, id);
    deepStrictEqual(attempts, [
      { attempt: 1, lastCheckpoint: undefined },
      { attempt: 2, lastCheckpoint: { row: 1 } },
      { attempt: 3, lastCheckpoint: { row: 2 } },
    ]);
    deepStrictEqual(shown(seen.at(-1)), { state: 'succeeded', result: 3, progress: { value: 1 }, attempt: 3 });
    for (const [index, view] of seen.entries())
      ok(view.attempt >= (seen[index - 1]?.attempt ?? 0), 'attempts never go back');
  },
  'what throws fails, and says nothing that nobody meant to say': async (stage) => {
    const breaks = defineOperation('breaks', {}, async () => {
      throw new Error('the password is 1234');
    });
    const operations = await stage.operations({ operations: [breaks] });
    const { id } = await operations.start(breaks, undefined, { owner });
    const last = (await viewsOf(operations, id)).at(-1);
    equal(last?.state, 'failed');
    equal(last?.error?.code, 'threw');
    ok(!JSON.stringify(last).includes('1234'));
  },
  'an owner sees their own alone': async (stage) => {
    const quick = defineOperation('quick', {}, async () => 'done');
    const operations = await stage.operations({ operations: [quick] });
    const { id } = await operations.start(quick, undefined, { owner });
    await viewsOf(operations, id);
    equal(await operations.get(id, { owner: 'bob' }), undefined);
    equal(await operations.cancel(id, { owner: 'bob' }), undefined);
    equal(await operations.forget(id, { owner: 'bob' }), false);
    equal(await operations.openResult(id, { owner: 'bob' }), undefined);
    deepStrictEqual(await operations.readLog(id, { owner: 'bob' }), []);
    deepStrictEqual((await operations.list({ owner: 'bob' })).operations, []);
    deepStrictEqual(await viewsOf(operations, id, 'bob'), []);
    equal((await operations.get(id, { owner }))?.id, id);
    deepStrictEqual(
      (await operations.list({ owner })).operations.map((view) => view.id),
      [id],
    );
    equal(await operations.forget(id, { owner }), true);
    deepStrictEqual(await operations.find(id, { owner }), { operation: undefined, isOwn: true });
    deepStrictEqual(await operations.find(id, { owner: 'bob' }), { operation: undefined, isOwn: false });
  },
  'what was forgotten is watched in vain': async (stage) => {
    const quick = defineOperation('quick', {}, async () => 'done');
    const operations = await stage.operations({ operations: [quick] });
    const { id } = await operations.start(quick, undefined, { owner });
    await viewsOf(operations, id);
    await operations.forget(id);
    deepStrictEqual(await viewsOf(operations, id), []);
    equal(await operations.subscribe(id, { changed: () => {} }), undefined);
  },
  'closing stops what runs, and what may be repeated waits for another process': amongProcesses(async (stage) => {
    const attempts: number[] = [];
    const long = defineOperation(
      'long',
      { repeatable: true },
      async (_input: unknown, { attempt, signal }: OperationContext) => {
        attempts.push(attempt);
        if (attempt > 1) return 'done';
        await Gate.abortOf(signal);
        throw signal.reason;
      },
    );
    const first = await stage.operations({ operations: [long] });
    const web = await stage.operations({ operations: [long], runs: false });
    const { id } = await web.start(long, undefined, { owner });
    await stage.until('it to run', () => attempts.length === 1);
    const watched = viewsOf(web, id);
    await first.close({ graceMs: 5_000 });
    equal((await web.get(id))?.state, 'queued');
    await stage.operations({ operations: [long] });
    const last = (await watched).at(-1);
    deepStrictEqual([last?.state, last?.result], ['succeeded', 'done']);
    equal(attempts.length, 2);
  }),
  'closing interrupts what may not be repeated': amongProcesses(async (stage) => {
    const gate = new Gate();
    const long = defineOperation('long', {}, async () => await gate.passed);
    const worker = await stage.operations({ operations: [long] });
    const web = await stage.operations({ operations: [long], runs: false });
    const { id } = await web.start(long, undefined, { owner });
    await stage.until('it to run', async () => (await web.get(id))?.state === 'running');
    await worker.close({ graceMs: 50 });
    const last = (await viewsOf(web, id)).at(-1);
    equal(last?.state, 'failed');
    equal(last?.error?.code, 'interrupted');
    gate.open();
  }),
  'a process that runs nothing watches and cancels what another runs': amongProcesses(async (stage) => {
    const waits = defineOperation('waits', {}, async (_input: unknown, { signal, report }: OperationContext) => {
      report(0.5);
      await Gate.abortOf(signal);
      signal.throwIfAborted();
    });
    await stage.operations({ operations: [waits] });
    const web = await stage.operations({ operations: [waits], runs: false });
    const { id } = await web.start(waits, undefined, { owner });
    const watched = viewsOf(web, id);
    await stage.until('its progress', async () => (await web.get(id))?.progress?.value === 0.5);
    await web.cancel(id);
    equal((await watched).at(-1)?.state, 'cancelled');
  }),
});

async function viewsOf(operations: Operations, id = '', owned?: string): Promise<readonly OperationView[]> {
  const seen: OperationView[] = [];
  for await (const view of operations.watch(id, owned === undefined ? {} : { owner: owned })) seen.push(view);
  return seen;
}

function shown(view: OperationView | undefined): unknown {
  const { state, result, progress, attempt } = view ?? {};
  return { state, result, progress, attempt };
}
