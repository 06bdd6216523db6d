import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { defineOperation } from '../../decorators/define.js';
import type { OperationContext } from '../../handler.js';
import type { OperationDriver } from '../../ports.js';
import type { ProgressReport } from '../../progress/report.js';
import type { OperationProgress } from '../../record.js';
import { behavioursOf, type DriverBehaviour } from '../behaviour.js';
import { Gate } from '../gate.js';

const owner = 'ann';

/** What handlers do that they should not, and what is stored of it. */
export const faults: readonly DriverBehaviour[] = behavioursOf('faults', {
  'numbers that are none, or out of range, are put right': async (stage) => {
    const wrong: readonly (readonly [unknown, Partial<OperationProgress>])[] = [
      [Number.NaN, { value: null }],
      [Number.POSITIVE_INFINITY, { value: null }],
      [Number.NEGATIVE_INFINITY, { value: null }],
      [-5, { value: 0 }],
      [1e308, { value: 0.999 }],
      ['50', { value: null }],
      [undefined, { value: null }],
      [null, { value: null }],
      [
        { done: 7, total: 5 },
        { value: 0.999, done: 5, total: 5 },
      ],
      [
        { done: 7, total: 0 },
        { value: null, done: 7 },
      ],
      [
        { done: 1, total: 4 },
        { value: 0.25, done: 1, total: 4 },
      ],
    ];
    const reports = defineOperation('reports', {}, async (index: number, { report, signal }: OperationContext) => {
      report(wrong[index]?.[0] as ProgressReport);
      await Gate.abortOf(signal);
    });
    const operations = await stage.operations({ operations: [reports] });
    for (const [index, [, expected]] of wrong.entries()) {
      const { id } = await operations.start(reports, index, { owner });
      await stage.until('its progress', async () => (await operations.get(id))?.progress !== null);
      deepStrictEqual((await operations.get(id))?.progress, expected);
      await operations.cancel(id);
    }
  },
  'progress never goes back within an attempt, unless it is said to': async (stage) => {
    const goesBack = defineOperation('goes-back', {}, async (_input: unknown, { report, signal }: OperationContext) => {
      report(0.8);
      report({ value: 0.2, message: 'still at it' });
      await Gate.abortOf(signal);
      report({ value: 0.1, reset: true });
      signal.throwIfAborted();
    });
    const operations = await stage.operations({ operations: [goesBack] });
    const { id } = await operations.start(goesBack, undefined, { owner });
    await stage.until('its progress', async () => (await operations.get(id))?.progress !== null);
    deepStrictEqual((await operations.get(id))?.progress, { value: 0.8, message: 'still at it' });
    await operations.cancel(id);
    await stage.until('its end', async () => (await operations.get(id))?.state === 'cancelled');
    equal((await operations.get(id))?.progress?.value, 0.1);
  },
  'a storm of reports becomes few writes, and messages are cut': async (stage) => {
    const driver = stage.unstarted();
    const writes = countReports(driver);
    const storm = defineOperation('storm', {}, async (_input: unknown, { report }: OperationContext) => {
      const message = '\u{1f600}'.repeat(500_000);
      const beginning = performance.now();
      for (let count = 0; performance.now() - beginning < 1_000; count += 1) {
        report({ value: count / 1e9, message });
        if (count % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    });
    const operations = await stage.operations({ operations: [storm] }, driver);
    const { id } = await operations.start(storm, undefined, { owner });
    await stage.until('its end', async () => (await operations.get(id))?.state === 'succeeded');
    ok(writes.count >= 3 && writes.count <= 7, `${writes.count} writes`);
    const message = (await operations.get(id))?.progress?.message ?? '';
    equal(message.length, 200);
    ok(!/[\ud800-\udbff]$/.test(message));
  },
  'the last report before the end is kept': async (stage) => {
    const talks = defineOperation('talks', {}, async (_input: unknown, { report }: OperationContext) => {
      for (let count = 0; count <= 10; count += 1) report({ done: count, total: 20, message: `row ${count}` });
    });
    const operations = await stage.operations({ operations: [talks] });
    const { id } = await operations.start(talks, undefined, { owner });
    await stage.until('its end', async () => (await operations.get(id))?.state === 'succeeded');
    deepStrictEqual((await operations.get(id))?.progress, { value: 1, done: 10, total: 20, message: 'row 10' });
  },
  'what is reported after the end does not count, and harms nobody': async (stage) => {
    let late: (() => void) | undefined;
    const leaky = defineOperation(
      'leaky',
      {},
      async (_input: unknown, { report, step, log, checkpoint }: OperationContext) => {
        late = () => {
          report(0.5);
          step('late').report(0.5);
          log('late');
          void checkpoint('late');
        };
        return 'done';
      },
    );
    const operations = await stage.operations({ operations: [leaky] });
    const { id } = await operations.start(leaky, undefined, { owner });
    await stage.until('its end', async () => (await operations.get(id))?.state === 'succeeded');
    const before = await operations.get(id);
    late?.();
    await stage.quiet();
    deepStrictEqual(await operations.get(id), before);
    deepStrictEqual(await operations.readLog(id), []);
  },
  'a result that cannot become JSON fails the operation': async (stage) => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    const wrong: readonly unknown[] = [
      10n,
      cycle,
      () => {},
      Symbol('x'),
      { deep: [10n] },
      {
        toJSON() {
          throw new Error('no');
        },
      },
    ];
    const gives = defineOperation('gives', {}, async (index: number) => wrong[index]);
    const operations = await stage.operations({ operations: [gives] });
    for (const index of wrong.keys()) {
      const { id } = await operations.start(gives, index, { owner });
      await stage.until('its end', async () => (await operations.get(id))?.endedAt !== undefined);
      const view = await operations.get(id);
      deepStrictEqual([view?.state, view?.error?.code], ['failed', 'result-not-serialisable']);
    }
  },
  'a result that can is as JSON has it': async (stage) => {
    const fine: readonly (readonly [unknown, unknown])[] = [
      [undefined, undefined],
      [null, null],
      [new Date(0), '1970-01-01T00:00:00.000Z'],
      [{ a: undefined, b: [undefined] }, { b: [null] }],
      ['x'.repeat(60_000), 'x'.repeat(60_000)],
    ];
    const gives = defineOperation('gives', {}, async (index: number) => fine[index]?.[0]);
    const operations = await stage.operations({ operations: [gives] });
    for (const [index, [, expected]] of fine.entries()) {
      const { id } = await operations.start(gives, index, { owner });
      await stage.until('its end', async () => (await operations.get(id))?.endedAt !== undefined);
      const view = await operations.get(id);
      deepStrictEqual([view?.state, view?.result], ['succeeded', expected]);
    }
  },
  'a result of 64 KiB and more goes to the result store, or fails where there is none': async (stage) => {
    const gives = defineOperation('gives', {}, async (length: number) => 'x'.repeat(length));
    const operations = await stage.operations({ operations: [gives] });
    const { id } = await operations.start(gives, 65_536, { owner });
    await stage.until('its end', async () => (await operations.get(id))?.endedAt !== undefined);
    equal((await operations.get(id))?.error?.code, 'result-too-large');
  },
  'strange ids are asked for in vain': async (stage) => {
    const operations = await stage.operations({ operations: [] });
    for (const id of ['', '7', 'a:b:c', '../x', 'nul\0', '__proto__', 'constructor', 'x'.repeat(10_000)]) {
      equal(await operations.get(id), undefined);
      equal(await operations.cancel(id), undefined);
      equal(await operations.forget(id), false);
      equal(await operations.subscribe(id, { changed: () => {} }), undefined);
      equal(await operations.openResult(id), undefined);
    }
  },
});

/** Counts the progress that is written. */
function countReports(driver: OperationDriver): { readonly count: number } {
  const writes = { count: 0 };
  const { store } = driver;
  const report = store.report.bind(store);
  store.report = (id, attempt, progress) => {
    if (progress !== undefined) writes.count += 1;
    return report(id, attempt, progress);
  };
  return writes;
}
