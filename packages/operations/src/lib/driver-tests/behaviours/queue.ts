import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import type { OperationDriver } from '../../ports.js';
import { amongProcesses, behavioursOf, type DriverBehaviour } from '../behaviour.js';
import { addQueued, Workbench } from '../stage.js';

/** How what waits comes to those who work. */
export const queue: readonly DriverBehaviour[] = behavioursOf('queue', {
  'what waits is run once somebody works, whether it was queued before or after': async (stage) => {
    const driver = await stage.driver();
    const bench = new Workbench();
    const before = await enqueued(driver);
    await driver.queue.work(bench.pass, only('count', 2));
    const after = await enqueued(driver);
    await stage.until('both to run', () => bench.begun.length === 2);
    deepStrictEqual([...bench.ids].sort(), [before, after].sort());
    for (const { number, signal } of bench.begun) {
      equal(number, 1);
      equal(signal.aborted, false);
    }
  },
  'queued twice, it runs once': async (stage) => {
    const driver = await stage.driver();
    const bench = new Workbench();
    const id = await enqueued(driver);
    await driver.queue.enqueue(id, { kind: 'count' });
    await driver.queue.work(bench.hold, only('count', 3));
    await stage.until('it to run', () => bench.begun.length > 0);
    await driver.queue.enqueue(id, { kind: 'count' });
    await stage.quiet();
    deepStrictEqual(bench.ids, [id]);
    bench.end();
  },
  'one kind runs in its order, and no more at once than it may': async (stage) => {
    const driver = await stage.driver();
    const bench = new Workbench();
    const ids: string[] = [];
    for (let count = 0; count < 6; count += 1) ids.push(await enqueued(driver));
    await driver.queue.work(bench.hold, only('count', 2));
    for (let begun = 2; begun <= 6; begun += 2) {
      await stage.until(`${begun} to have begun`, () => bench.begun.length === begun);
      bench.end();
    }
    deepStrictEqual(new Set(bench.ids.slice(0, 2)), new Set(ids.slice(0, 2)));
    deepStrictEqual(new Set(bench.ids.slice(4)), new Set(ids.slice(4)));
    equal(bench.mostAtOnce, 2);
  },
  'kinds do not wait for each other': async (stage) => {
    const driver = await stage.driver();
    const bench = new Workbench();
    const slow = await enqueued(driver);
    const waits = await enqueued(driver);
    const other = await enqueued(driver, 'other');
    await driver.queue.work(bench.hold, {
      concurrency: new Map([
        ['count', 1],
        ['other', 1],
      ]),
    });
    await stage.until('one of each kind to run', () => bench.begun.length === 2);
    deepStrictEqual(new Set(bench.ids), new Set([slow, other]));
    ok(!bench.ids.includes(waits));
    bench.end();
    await stage.until('the next to run', () => bench.begun.length === 3);
    bench.end();
  },
  'a kind this process does not know waits for one that does': async (stage) => {
    const driver = await stage.driver();
    const bench = new Workbench();
    await driver.queue.work(bench.pass, only('count', 1));
    const unknown = await enqueued(driver, 'newer');
    const known = await enqueued(driver);
    await stage.until('what is known to run', () => bench.ids.includes(known));
    await stage.quiet();
    ok(!bench.ids.includes(unknown));
    ok((await driver.store.read(unknown)) !== undefined);
  },
  'what is delayed runs when its time has come': async (stage) => {
    const driver = await stage.driver();
    const bench = new Workbench();
    await driver.queue.work(bench.pass, only('count', 1));
    const { id } = await addQueued(driver.store);
    const beginning = performance.now();
    await driver.queue.enqueue(id, { kind: 'count', delayMs: 300 });
    await stage.until('it to run', () => bench.begun.length === 1);
    ok(performance.now() - beginning >= 290, 'it ran too early');
  },
  'what is taken out does not run': async (stage) => {
    const driver = await stage.driver();
    const bench = new Workbench();
    const [id, delayed] = [await enqueued(driver), (await addQueued(driver.store)).id];
    await driver.queue.enqueue(delayed, { kind: 'count', delayMs: 100 });
    equal(await driver.queue.remove(id), true);
    equal(await driver.queue.remove(delayed), true);
    equal(await driver.queue.remove(id), false);
    await driver.queue.work(bench.pass, only('count', 1));
    await stage.quiet();
    deepStrictEqual(bench.ids, []);
  },
  'what runs is not taken out': async (stage) => {
    const driver = await stage.driver();
    const bench = new Workbench();
    await driver.queue.work(bench.hold, only('count', 1));
    const id = await enqueued(driver);
    await stage.until('it to run', () => bench.begun.length === 1);
    equal(await driver.queue.remove(id), false);
    bench.end();
  },
  'what is to be taken again is, after its pause, with a higher number': async (stage) => {
    const driver = await stage.driver();
    const bench = new Workbench();
    await driver.queue.work(
      async (attempt) => {
        // As a worker does, so that whoever counts by the record can.
        const change = { from: ['queued', 'running'], to: 'running', patch: {} } as const;
        await driver.store.transition(attempt.id, { attempt: attempt.number, ...change });
        await driver.store.transition(attempt.id, {
          attempt: attempt.number,
          from: ['running'],
          to: 'queued',
          patch: {},
        });
        await bench.pass(attempt);
        return bench.begun.length < 3 ? { retryInMs: 50 } : {};
      },
      only('count', 1),
    );
    const id = await enqueued(driver);
    await stage.until('three attempts', () => bench.begun.length === 3);
    deepStrictEqual(bench.ids, [id, id, id]);
    const numbers = bench.begun.map(({ number }) => number);
    ok(
      numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0)),
      numbers.join(),
    );
  },
  'cancelling aborts the attempt that runs, and it alone': async (stage) => {
    const driver = await stage.driver();
    const bench = new Workbench();
    await driver.queue.work(bench.hold, only('count', 2));
    const [one, other] = [await enqueued(driver), await enqueued(driver)];
    await stage.until('both to run', () => bench.begun.length === 2);
    await driver.store.requestCancel(one);
    driver.signal.cancel(one);
    const signalOf = (id: string): AbortSignal | undefined => bench.begun.find((attempt) => attempt.id === id)?.signal;
    await stage.until('the signal to abort', () => signalOf(one)?.aborted);
    equal(signalOf(one)?.reason, 'cancel');
    equal(signalOf(other)?.aborted, false);
    bench.end();
  },
  'drained while it begins to work, it takes nothing': async (stage) => {
    const driver = await stage.driver();
    const bench = new Workbench();
    const working = driver.queue.work(bench.pass, only('count', 1));
    await driver.queue.drain(0);
    await working;
    await enqueued(driver);
    await stage.quiet();
    deepStrictEqual(bench.ids, []);
  },
  'draining takes no more, aborts what runs and waits for it': async (stage) => {
    const driver = await stage.driver();
    const bench = new Workbench();
    await driver.queue.work(bench.hold, only('count', 1));
    await enqueued(driver);
    const waits = await enqueued(driver);
    await stage.until('one to run', () => bench.begun.length === 1);
    let isDrained = false;
    const drained = driver.queue.drain(10_000).then(() => (isDrained = true));
    await stage.until('the signal to abort', () => bench.begun[0]?.signal.aborted);
    equal(bench.begun[0]?.signal.reason, 'shutdown');
    await stage.quiet();
    equal(isDrained, false);
    bench.end();
    await drained;
    ok(!bench.ids.includes(waits));
  },
  'draining waits no longer than it is told': async (stage) => {
    const driver = await stage.driver();
    const bench = new Workbench();
    await driver.queue.work(bench.hold, only('count', 1));
    await enqueued(driver);
    await stage.until('one to run', () => bench.begun.length === 1);
    const beginning = performance.now();
    await driver.queue.drain(100);
    ok(performance.now() - beginning < 2_000);
    bench.end();
  },
  'many processes run each operation once': amongProcesses(async (stage) => {
    const benches = [new Workbench(), new Workbench(), new Workbench()];
    const drivers = await Promise.all(benches.map(() => stage.driver()));
    for (const [index, driver] of drivers.entries())
      await driver.queue.work(benches[index]?.pass ?? (async () => ({})), only('count', 4));
    const ids = await Promise.all(
      Array.from({ length: 60 }, (_, index) => enqueued(drivers[index % 3] as OperationDriver)),
    );
    const begun = (): readonly string[] => benches.flatMap((bench) => bench.ids);
    await stage.until('all to run', () => begun().length >= 60);
    await stage.quiet();
    deepStrictEqual([...begun()].sort(), [...ids].sort());
  }),
  'a process that does not work can start, cancel and hear of what another runs': amongProcesses(async (stage) => {
    const [web, worker] = [await stage.driver(), await stage.driver()];
    const bench = new Workbench();
    await worker.queue.work(bench.hold, only('count', 1));
    const id = await enqueued(web);
    await stage.until('it to run', () => bench.begun.length === 1);
    const heard: number[] = [];
    const off = await web.signal.watch(id, (seq) => heard.push(seq));
    worker.signal.nudge(id, 7);
    await stage.until('the nudge', () => heard.includes(7));
    off();
    await web.store.requestCancel(id);
    web.signal.cancel(id);
    await stage.until('the signal to abort', () => bench.begun[0]?.signal.aborted);
    equal(bench.begun[0]?.signal.reason, 'cancel');
    bench.end();
  }),
});

function only(kind: string, atOnce: number): { readonly concurrency: ReadonlyMap<string, number> } {
  return { concurrency: new Map([[kind, atOnce]]) };
}

/** Stores an operation and queues it. */
async function enqueued({ store, queue: line }: OperationDriver, kind = 'count'): Promise<string> {
  const { id } = await addQueued(store, { kind });
  await line.enqueue(id, { kind });
  return id;
}
