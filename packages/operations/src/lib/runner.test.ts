import { type Clock, install } from '@sinonjs/fake-timers';
import { expect } from 'chai';
import {
  createOperations,
  defineOperation,
  inProcess,
  type OperationContext,
  type OperationDriver,
  type Operations,
  OperationsError,
  type OperationView,
} from '../index.js';
import { abortOf, type Deferred, deferred } from './attempts.test-support.js';
import { addQueued, recordOf } from './driver-tests/stage.js';
import type { RunAttempt } from './ports.js';

const owner = 'ann';

async function reach(operations: Operations, id: string, holds: (view: OperationView) => boolean): Promise<void> {
  for await (const view of operations.watch(id)) if (holds(view)) return;
}

describe('a worker', () => {
  let driver: OperationDriver;
  let run: RunAttempt;
  const errors: unknown[] = [];
  const warnings: string[] = [];

  beforeEach(() => {
    errors.length = 0;
    warnings.length = 0;
    driver = inProcess();
    const work = driver.queue.work.bind(driver.queue);
    driver.queue.work = (given, options) => {
      run = given;
      return work(given, options);
    };
  });

  async function open(...operations: Parameters<typeof createOperations>[0]['operations'][]): Promise<Operations> {
    const opened = createOperations({
      operations: operations.flatMap((some) => [...some]),
      driver,
      onError: (error) => errors.push(error),
      onWarning: (message) => warnings.push(message),
    });
    await opened.ready();
    return opened;
  }

  it('leaves a kind that it does not know to another', async () => {
    const operations = await open([]);
    const { id } = await addQueued(driver.store, { kind: 'newer' });
    const { signal } = new AbortController();
    expect((await run({ id, number: 1, signal })).retryInMs).to.be.greaterThan(0);
    expect(await recordOf(driver.store, id)).to.include({ state: 'queued', seq: 1 });
    await operations.close();
  });

  it('does nothing with what is over, or was never there', async () => {
    const operations = await open([]);
    const { id } = await addQueued(driver.store);
    const cancelled = await driver.store.requestCancel(id);
    const { signal } = new AbortController();
    for (const asked of [id, 'op_AAAAAAAAAAAAAAAAAAAAAA'])
      expect(await run({ id: asked, number: 1, signal })).to.deep.equal({});
    expect(await driver.store.read(id)).to.deep.equal(cancelled);
    await operations.close();
  });

  it('runs what it was handed while the store was away, once that is back', async () => {
    const quick = defineOperation('quick', {}, async () => 'done');
    const operations = await open([quick]);
    const { store } = driver;
    const { id } = await addQueued(store, { kind: 'quick' });
    const read = store.read.bind(store);
    store.read = async () => {
      store.read = read;
      throw new OperationsError('engine-away', 'not there');
    };
    const { signal } = new AbortController();
    expect(await run({ id, number: 1, signal })).to.deep.equal({});
    expect(await recordOf(store, id)).to.include({ state: 'succeeded', result: '"done"' });
    expect(errors).to.deep.equal([]);
    await operations.close();
  });

  it('gives handlers as long to stop as closing waits, whatever their own grace', async () => {
    let isDone = false;
    const slow = defineOperation(
      'slow',
      { cancelGraceMs: 1 },
      async (_input: unknown, { signal }: OperationContext) => {
        await abortOf(signal);
        await new Promise((resolve) => setTimeout(resolve, 50));
        isDone = true;
        return 'done';
      },
    );
    const operations = await open([slow]);
    const { id } = await operations.start(slow, undefined, { owner });
    await reach(operations, id, ({ state }) => state === 'running');
    await operations.close({ graceMs: 5_000 });
    expect(isDone).to.equal(true);
    expect(errors).to.deep.equal([]);
    expect(await recordOf(driver.store, id)).to.include({ state: 'succeeded', result: '"done"' });
  });

  it('gives up what does not stop when it closes, and says so', async () => {
    const deaf = defineOperation('deaf', {}, async () => await new Promise<void>(() => {}));
    const operations = await open([deaf]);
    const { id } = await operations.start(deaf, undefined, { owner });
    await reach(operations, id, ({ state }) => state === 'running');
    await operations.close({ graceMs: 20 });
    const { state, error, message } = await recordOf(driver.store, id);
    expect([state, error?.code]).to.deep.equal(['failed', 'interrupted']);
    expect(message).to.contain('may still be ending');
    expect(errors).to.have.length(1);
    expect(errors[0]).to.have.property('code', 'abandoned');
  });

  it('says nothing of what is reported after the end', async () => {
    let late: (value: number) => void = () => {};
    const leaky = defineOperation('leaky', {}, async (_input: unknown, { report }: OperationContext) => {
      late = report;
    });
    const operations = await open([leaky]);
    const { id } = await operations.start(leaky, undefined, { owner });
    await reach(operations, id, ({ state }) => state === 'succeeded');
    late(Number.NaN);
    expect(warnings).to.deep.equal([]);
    await operations.close();
  });

  it('stops nothing that has come to its end', async () => {
    const contexts: OperationContext[] = [];
    const leaky = defineOperation('leaky', {}, (_input: unknown, context: OperationContext) => {
      contexts.push(context);
    });
    const operations = await open([leaky]);
    const { id } = await operations.start(leaky, undefined, { owner });
    await reach(operations, id, ({ state }) => state === 'succeeded');
    const clock = install({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      await contexts[0]?.checkpoint('late');
      await clock.tickAsync(60_000);
    } finally {
      clock.uninstall();
    }
    expect(contexts.map(({ signal }) => signal.aborted)).to.deep.equal([false]);
    expect(errors).to.deep.equal([]);
    await operations.close();
  });

  describe('whose store is away when it closes', () => {
    let clock: Clock;
    let tried: Deferred;

    beforeEach(() => {
      tried = deferred();
      clock = install({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
    });

    afterEach(() => {
      clock.uninstall();
    });

    async function goAway(): Promise<never> {
      tried.resolve();
      throw new OperationsError('engine-away', 'not there');
    }

    async function runAndClose(count = 1): Promise<readonly string[]> {
      const logs = defineOperation('logs', { concurrency: count }, (_input: unknown, { log }: OperationContext) =>
        log('done'),
      );
      const operations = await open([logs]);
      for (let started = 0; started < count; started += 1) await operations.start(logs, undefined, { owner });
      await tried.promise;
      const closing = operations.close({ graceMs: 0 });
      await clock.tickAsync(1_000);
      await closing;
      await clock.tickAsync(0);
      return errors.map((error) => (error as OperationsError).code);
    }

    it('keeps the process up no longer', async () => {
      const { store } = driver;
      const transition = store.transition.bind(store);
      store.transition = (id, change) => (change.to === 'succeeded' ? goAway() : transition(id, change));
      expect(await runAndClose()).to.deep.equal(['engine-away']);
      expect(clock.countTimers()).to.equal(0);
    });

    it('keeps the process up no longer for what has not been taken yet', async () => {
      driver.store.read = goAway;
      expect(await runAndClose()).to.deep.equal(['engine-away']);
      expect(clock.countTimers()).to.equal(0);
    });

    it('warns of no leak, however many wait for it', async () => {
      const seen: string[] = [];
      const listen = ({ name }: Error) => seen.push(name);
      process.on('warning', listen);
      driver.store.appendLog = goAway;
      expect(await runAndClose(20)).to.have.length(20);
      await new Promise((resolve) => setImmediate(resolve));
      process.off('warning', listen);
      expect(seen).to.deep.equal([]);
    });

    it('does not take what only waits for it for what did not stop', async () => {
      driver.store.appendLog = goAway;
      expect(await runAndClose()).to.deep.equal(['engine-away']);
      expect(clock.countTimers()).to.equal(0);
    });
  });

  describe('whose handler says nothing', () => {
    let clock: Clock;

    beforeEach(() => {
      clock = install({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    });

    afterEach(() => {
      clock.uninstall();
    });

    it('says that it lives, and hears so that somebody cancels', async () => {
      const quiet = defineOperation('quiet', {}, async (_input: unknown, { signal }: OperationContext) => {
        await abortOf(signal);
        signal.throwIfAborted();
      });
      const beats: unknown[] = [];
      const { store } = driver;
      const report = store.report.bind(store);
      store.report = (id, attempt, progress) => {
        beats.push(progress);
        return report(id, attempt, progress);
      };
      driver.signal.cancel = () => {};
      const operations = await open([quiet]);
      const { id } = await operations.start(quiet, undefined, { owner });
      await reach(operations, id, ({ state }) => state === 'running');
      await clock.tickAsync(4_000);
      expect(beats).to.deep.equal([]);
      await clock.tickAsync(2_000);
      expect(beats).to.deep.equal([undefined]);
      await operations.cancel(id);
      await clock.tickAsync(6_000);
      await reach(operations, id, ({ state }) => state === 'cancelled');
      expect((await operations.get(id))?.state).to.equal('cancelled');
      await operations.close();
    });
  });
});
