import { type Clock, install } from '@sinonjs/fake-timers';
import { expect } from 'chai';
import { container } from 'tsyringe';
import { z } from 'zod';
import {
  createOperations,
  defineOperation,
  inProcess,
  type InvalidInputError,
  isOperationId,
  type OperationContext,
  type OperationDriver,
  OperationFailure,
  Operations,
  OperationsError,
  type OperationView,
} from '../index.js';
import { abortOf } from './attempts.test-support.js';
import { addQueued, take } from './driver-tests/stage.js';
import { MemoryResultStore } from './results/memory-result-store.test-support.js';

const owner = 'ann';

async function viewsOf(operations: Operations, id: string): Promise<readonly OperationView[]> {
  const seen: OperationView[] = [];
  for await (const view of operations.watch(id)) seen.push(view);
  return seen;
}

function reasonOf(promise: Promise<unknown>): Promise<Record<string, unknown> | undefined> {
  return promise.then(
    () => undefined,
    (error: unknown) => error as Record<string, unknown>,
  );
}

/** Throws at whatever is done with it, but for some. */
function hostileProxy(target: object, but: readonly (keyof ProxyHandler<object>)[] = []): unknown {
  const refuse = (): never => {
    throw new Error('Keep off');
  };
  const traps = ['get', 'has', 'getPrototypeOf', 'ownKeys', 'getOwnPropertyDescriptor'] as const;
  return new Proxy(
    target,
    Object.fromEntries(traps.filter((trap) => !but.includes(trap)).map((trap) => [trap, refuse])),
  );
}

const quick = defineOperation('quick', {}, (input: unknown) => input);
const checked = defineOperation(
  'checked',
  { input: z.object({ rows: z.array(z.object({ size: z.number() })) }) },
  () => 'done',
);
const waits = defineOperation('waits', { perOwnerLimit: 2 }, async (_input: unknown, { signal }: OperationContext) => {
  await abortOf(signal);
  signal.throwIfAborted();
});

describe('Operations', () => {
  let operations: Operations;
  const errors: unknown[] = [];

  beforeEach(() => {
    errors.length = 0;
    operations = createOperations({
      operations: [quick, checked, waits],
      container: container.createChildContainer(),
      onError: (error) => errors.push(error),
    });
  });

  afterEach(() => operations.close({ graceMs: 0 }));

  describe('start', () => {
    it('gives an operation that nobody can guess, and hides what nobody is to see', async () => {
      const started = await operations.start(quick, 1, { owner, key: 'k' });
      expect(isOperationId(started.id)).to.equal(true);
      expect(started).to.have.all.keys(
        'id',
        'kind',
        'state',
        'seq',
        'attempt',
        'cancellable',
        'progress',
        'createdAt',
        'updatedAt',
        'hasStoredResult',
        'isReplayed',
      );
      expect(JSON.stringify(await viewsOf(operations, started.id))).to.not.contain(owner);
    });

    it('refuses an input before anything is stored, and says where', async () => {
      const refused = await reasonOf(
        operations.start(checked, { rows: [{ size: 1 }, { size: 'x' as never }] }, { owner }),
      );
      expect(refused).to.include({ name: 'InvalidInputError', code: 'invalid-input' });
      expect((refused as unknown as InvalidInputError).issues.map(({ path }) => path)).to.deep.equal([
        ['rows', 1, 'size'],
      ]);
      expect((await operations.list({ owner })).operations).to.deep.equal([]);
    });

    it('refuses an input that is no data', async () => {
      const cycle: { self?: unknown } = {};
      cycle.self = cycle;
      for (const input of [10n, cycle, () => {}])
        expect(await reasonOf(operations.start(quick, input, { owner }))).to.include({
          code: 'input-not-serialisable',
        });
    });

    it('refuses what is not listed', async () => {
      const other = defineOperation('other', {}, () => {});
      for (const kind of ['other', other, () => {}, '__proto__'])
        expect(await reasonOf(operations.start(kind, undefined, { owner }))).to.include({
          code: 'unknown-kind',
        });
    });

    it('keeps a label as one line of 200 characters at most, and none that is empty', async () => {
      for (const [label, kept] of [
        ['customers.csv', 'customers.csv'],
        [' a\r\nb\u2028c\u0000 ', 'a b c'],
        [`${'x'.repeat(199)}\u{1f600}`, 'x'.repeat(199)],
        ['y'.repeat(1_000_000), 'y'.repeat(200)],
        [' \n ', undefined],
        ['', undefined],
      ] as const) {
        const { id } = await operations.start(quick, 1, { owner, label });
        expect((await operations.get(id))?.label, label.slice(0, 20)).to.equal(kept);
      }
      for (const label of [null, 7, {}])
        expect(await reasonOf(operations.start(quick, 1, { owner, label: label as never }))).to.be.an.instanceOf(
          TypeError,
        );
    });

    it('is the same operation for a key, whatever it is called', async () => {
      const first = await operations.start(quick, 1, { owner, key: 'k', label: 'one' });
      expect(await operations.start(quick, 1, { owner, key: 'k', label: 'another' })).to.include({
        id: first.id,
        label: 'one',
      });
    });

    it('refuses an owner who is nobody', async () => {
      for (const nobody of ['', undefined, 7, 'ann\ud800'])
        expect(await reasonOf(operations.start(quick, 1, { owner: nobody as string }))).to.be.an.instanceOf(TypeError);
    });

    it('shows nothing to an owner who is nobody', async () => {
      const { id } = await operations.start(quick, 1, { owner });
      for (const nobody of ['', undefined, null]) {
        const options = { owner: nobody as string };
        const asked = [
          operations.get(id, options),
          operations.cancel(id, options),
          operations.forget(id, options),
          operations.readLog(id, options),
          operations.openResult(id, options),
          operations.watch(id, options)[Symbol.asyncIterator]().next(),
        ];
        for (const one of asked) expect(await reasonOf(one)).to.be.an.instanceOf(TypeError);
      }
    });

    it('keeps whole milliseconds', async () => {
      const brief = defineOperation('brief', { retentionMs: 90_000 / 7 }, () => 1);
      const others = createOperations({ operations: [brief] });
      const { id } = await others.start(brief, undefined, { owner });
      const ended = (await viewsOf(others, id)).at(-1);
      expect((ended?.expiresAt ?? 0) - (ended?.endedAt ?? 0)).to.equal(12_858);
      await others.close();
    });

    it('refuses more of a kind than an owner may have', async () => {
      const [first] = [await operations.start(waits, 1, { owner }), await operations.start(waits, 2, { owner })];
      expect(await reasonOf(operations.start(waits, 3, { owner }))).to.include({ code: 'limit-reached' });
      await operations.start(waits, 3, { owner: 'bob' });
      await operations.cancel(first.id);
      await viewsOf(operations, first.id);
      await operations.start(waits, 3, { owner });
    });

    it('takes a key for the same thing only with the same input', async () => {
      const first = await operations.start(quick, { a: 1 }, { owner, key: 'k' });
      const again = await operations.start(quick, { a: 1 }, { owner, key: 'k' });
      expect([again.id, again.isReplayed]).to.deep.equal([first.id, true]);
      expect(await reasonOf(operations.start(quick, { a: 2 }, { owner, key: 'k' }))).to.include({ code: 'key-reused' });
      expect((await operations.start(quick, { a: 2 }, { owner: 'bob', key: 'k' })).isReplayed).to.equal(false);
      const own = { owner, key: 'mine', fingerprint: 'body' };
      await operations.start(quick, 1, own);
      expect((await operations.start(quick, 2, own)).isReplayed).to.equal(true);
    });
  });

  it('takes what is cancelled while it waits out of the queue', async () => {
    const driver = inProcess();
    const removed: string[] = [];
    const remove = driver.queue.remove.bind(driver.queue);
    driver.queue.remove = (id) => {
      removed.push(id);
      return remove(id);
    };
    const others = createOperations({ operations: [quick], driver, runs: false });
    const { id } = await others.start(quick, 1, { owner });
    expect((await others.cancel(id))?.state).to.equal('cancelled');
    expect(removed).to.deep.equal([id]);
    await others.close();
  });

  it('lists 50 at most', async () => {
    const others = createOperations({ operations: [quick], runs: false });
    for (let count = 0; count < 55; count += 1) await others.start(quick, count, { owner });
    for (const [limit, expected] of [
      [1_000, 50],
      [undefined, 50],
      [Number.NaN, 50],
      [-1, 1],
      [7.5, 7],
    ] as const) {
      const list = await others.list(limit === undefined ? { owner } : { owner, limit });
      expect(list.operations).to.have.length(expected);
      expect(list.next).to.be.a('string');
    }
    await others.close();
  });

  for (const [what, thrown, code] of [
    ['throws whatever is asked of it', hostileProxy(new Error('x')), 'threw'],
    ['throws when its members are read', hostileProxy(new OperationFailure('x'), ['getPrototypeOf']), 'threw'],
    ['has no prototype', Object.create(null), 'threw'],
    ['is nothing', undefined, 'threw'],
    ['is a symbol', Symbol('x'), 'threw'],
  ] as const)
    it(`fails at once where what a handler throws ${what}`, async () => {
      const throws = defineOperation('throws', {}, async () => {
        throw thrown;
      });
      const others = createOperations({ operations: [throws], onError: (error) => errors.push(error) });
      const { id } = await others.start(throws, undefined, { owner });
      const { state, error } = (await viewsOf(others, id)).at(-1) ?? {};
      expect([state, error?.code]).to.deep.equal(['failed', code]);
      expect(errors).to.have.length(1);
      expect(errors[0] === thrown).to.equal(true);
      await others.close();
    });

  it('takes a result that throws a Proxy when it is read for none', async () => {
    const throws = defineOperation('throws', {}, () => ({
      toJSON() {
        throw hostileProxy(new Error('x'));
      },
    }));
    const others = createOperations({ operations: [throws], onWarning: () => {} });
    const { id } = await others.start(throws, undefined, { owner });
    expect((await viewsOf(others, id)).at(-1)?.error?.code).to.equal('result-not-serialisable');
    await others.close();
  });

  it('refuses a failure of what is no text where it is made, and shows 2,000 characters of what it says', async () => {
    for (const wrong of [{ detail: 5n }, { title: {} }, { type: Symbol('x') }])
      expect(() => new OperationFailure('x', wrong as never)).to.throw(TypeError, Object.keys(wrong)[0]);
    expect(() => new OperationFailure(7 as never)).to.throw(TypeError, 'code');
    const long = defineOperation('long', {}, () => {
      throw new OperationFailure('long', { detail: 'x'.repeat(1_000_000) });
    });
    const others = createOperations({ operations: [long] });
    const { id } = await others.start(long, undefined, { owner });
    expect((await viewsOf(others, id)).at(-1)?.error?.detail).to.equal('x'.repeat(2_000));
    await others.close();
  });

  it('shows what a failure says', async () => {
    const fails = defineOperation('fails', {}, () => {
      throw new OperationFailure('no-money', {
        detail: 'Your balance is 3',
        title: 'Out of money',
        type: 'urn:bank:no-money',
      });
    });
    const others = createOperations({ operations: [fails], onError: (error) => errors.push(error) });
    const { id } = await others.start(fails, undefined, { owner });
    expect((await viewsOf(others, id)).at(-1)?.error).to.deep.equal({
      type: 'urn:bank:no-money',
      title: 'Out of money',
      code: 'no-money',
      detail: 'Your balance is 3',
    });
    expect(errors).to.deep.equal([]);
    await others.close();
  });

  it('has the log of what runs, without waiting for its end', async () => {
    const logs = defineOperation('logs', {}, async (_input: unknown, { log, signal }: OperationContext) => {
      for (let count = 0; count < 150; count += 1) log(`line\n${count}`);
      log(7 as never);
      await abortOf(signal);
    });
    const others = createOperations({ operations: [logs] });
    const { id } = await others.start(logs, undefined, { owner });
    while ((await others.readLog(id)).length === 0) await new Promise((resolve) => setImmediate(resolve));
    const lines = await others.readLog(id);
    expect(lines).to.have.length(100);
    expect(lines.slice(-2)).to.deep.equal(['line 149', '(number)']);
    await others.close({ graceMs: 0 });
  });

  it('refuses checkpoints that are too large, or no data', async () => {
    const codes: unknown[] = [];
    const keeps = defineOperation('keeps', {}, async (_input: unknown, { checkpoint }: OperationContext) => {
      for (const data of ['x'.repeat(16_383), 1n]) codes.push((await reasonOf(checkpoint(data)))?.['code']);
      await checkpoint('x'.repeat(16_382));
    });
    const others = createOperations({ operations: [keeps] });
    const { id } = await others.start(keeps, undefined, { owner });
    expect((await viewsOf(others, id)).at(-1)?.state).to.equal('succeeded');
    expect(codes).to.deep.equal(['checkpoint-too-large', 'checkpoint-not-serialisable']);
    await others.close();
  });

  it('waits twice as long before each further attempt', async () => {
    const driver = inProcess();
    const pauses: unknown[] = [];
    const work = driver.queue.work.bind(driver.queue);
    driver.queue.work = (run, options) =>
      work(async (attempt) => {
        const outcome = await run(attempt);
        pauses.push(outcome.retryInMs);
        return outcome;
      }, options);
    const flaky = defineOperation('flaky', { repeatable: true, attempts: 4, backoffMs: 1 }, () => {
      throw new OperationFailure('busy', { isRetryable: true });
    });
    const others = createOperations({ operations: [flaky], driver });
    const { id } = await others.start(flaky, undefined, { owner });
    expect((await viewsOf(others, id)).at(-1)?.error?.code).to.equal('busy');
    await others.close();
    expect(pauses).to.deep.equal([1, 2, 4, undefined]);
  });

  it('does not try again what its failure says is hopeless', async () => {
    let attempts = 0;
    const final = defineOperation('final', { repeatable: true, attempts: 4, backoffMs: 1 }, () => {
      attempts += 1;
      throw new OperationFailure('hopeless');
    });
    const others = createOperations({ operations: [final] });
    const { id } = await others.start(final, undefined, { owner });
    expect((await viewsOf(others, id)).at(-1)?.error?.code).to.equal('hopeless');
    expect(attempts).to.equal(1);
    await others.close();
  });

  it('ends what has lost its worker again and again', async () => {
    const driver = inProcess();
    const { store, queue } = driver;
    const fragile = defineOperation('fragile', { repeatable: true }, () => 'done');
    const others = createOperations({ operations: [fragile], driver });
    for (const [lostAttempt, state] of [
      [10, 'succeeded'],
      [11, 'failed'],
    ] as const) {
      // As its worker left it.
      const { id } = await addQueued(store, { kind: 'fragile' });
      await take(store, id, lostAttempt);
      await queue.enqueue(id, { kind: 'fragile' });
      expect((await viewsOf(others, id)).at(-1)?.state).to.equal(state);
    }
    await others.close();
  });

  describe('signals', () => {
    async function reasonWhen(options: object, act: (others: Operations, id: string) => unknown): Promise<unknown> {
      let reason: unknown;
      const listens = defineOperation(
        'listens',
        options,
        async (_input: unknown, { signal, report }: OperationContext) => {
          report(0.5);
          await abortOf(signal);
          reason = signal.reason;
        },
      );
      const others = createOperations({ operations: [listens] });
      const { id } = await others.start(listens, undefined, { owner });
      for await (const { progress } of others.watch(id)) if (progress !== null) break;
      await act(others, id);
      await others.close();
      return reason;
    }

    it('say why they aborted', async () => {
      const cancelled = await reasonWhen({}, (others, id) => others.cancel(id));
      expect(cancelled).to.be.an.instanceOf(OperationsError).with.property('code', 'cancelled');
      const timedOut = await reasonWhen({ timeoutMs: 20 }, (others, id) => viewsOf(others, id));
      expect(timedOut).to.have.property('code', 'timed-out');
      expect(await reasonWhen({}, (others) => others.close())).to.have.property('code', 'shutting-down');
    });

    it('abort when another worker has it, and what is given then is dropped', async () => {
      const driver = inProcess();
      let reason: unknown;
      const lost = defineOperation('lost', {}, async (_input: unknown, { signal, report }: OperationContext) => {
        report(0.5);
        const { records } = await driver.store.listByOwner(ownerHash, { limit: 1 });
        await driver.store.transition(records[0]?.id ?? '', {
          attempt: 9,
          from: ['running'],
          to: 'running',
          patch: {},
        });
        setTimeout(() => report(0.6), 1);
        await abortOf(signal);
        reason = signal.reason;
        return 'dropped';
      });
      let ownerHash = '';
      const { store } = driver;
      const create = store.create.bind(store);
      store.create = (record, options) => {
        ownerHash = record.owner;
        return create(record, options);
      };
      const others = createOperations({ operations: [lost], driver });
      const { id } = await others.start(lost, undefined, { owner });
      while (reason === undefined) await new Promise((resolve) => setImmediate(resolve));
      expect(reason).to.have.property('code', 'taken-over');
      await new Promise((resolve) => setImmediate(resolve));
      const view = await others.get(id);
      expect(view).to.include({ state: 'running', attempt: 9 });
      expect(view?.result).to.equal(undefined);
      await others.close({ graceMs: 0 });
    });
  });

  describe('watch', () => {
    it('ends when its signal aborts, and when operations are closed', async () => {
      const { id } = await operations.start(waits, undefined, { owner });
      const stop = new AbortController();
      const watching = (async () => {
        for await (const _view of operations.watch(id, { signal: stop.signal }));
      })();
      await new Promise((resolve) => setImmediate(resolve));
      stop.abort();
      await watching;
      const rest = viewsOf(operations, id);
      await operations.close({ graceMs: 0 });
      expect((await rest).at(-1)?.state).to.be.oneOf(['failed', 'running']);
      expect(await viewsOf(operations, id).catch((error: OperationsError) => error.code)).to.equal('closed');
    });

    it('takes one subscription of the carrier, however many watch', async () => {
      const driver = inProcess();
      let subscriptions = 0;
      const watch = driver.signal.watch.bind(driver.signal);
      driver.signal.watch = async (id, nudged) => {
        subscriptions += 1;
        const off = await watch(id, nudged);
        return () => {
          subscriptions -= 1;
          off();
        };
      };
      const others = createOperations({ operations: [waits], driver });
      const { id } = await others.start(waits, undefined, { owner });
      const seen: OperationView[] = [];
      const watching = await Promise.all(
        Array.from({ length: 100 }, () => others.subscribe(id, { changed: (view) => seen.push(view) })),
      );
      expect(subscriptions).to.equal(1);
      await others.cancel(id);
      await viewsOf(others, id);
      expect(seen.filter(({ state }) => state === 'cancelled')).to.have.length(100);
      expect(new Set(seen.filter(({ state }) => state === 'cancelled')).size, 'all get the same object').to.equal(1);
      expect(subscriptions).to.equal(0);
      for (const one of watching) one?.close();
      await others.close();
    });

    it('sees a change that comes while it begins', async () => {
      const driver = inProcess();
      const others = createOperations({ operations: [waits], driver });
      const { id } = await others.start(waits, undefined, { owner });
      const { store } = driver;
      const read = store.read.bind(store);
      store.read = async (asked) => {
        store.read = read;
        const before = await read(asked);
        // What was read is old by the time it is here.
        await others.cancel(id);
        while ((await others.get(id))?.endedAt === undefined) await new Promise((resolve) => setImmediate(resolve));
        return before;
      };
      expect((await viewsOf(others, id)).at(-1)?.state).to.equal('cancelled');
      await others.close();
    });
  });

  describe('whose driver loses nudges', () => {
    let clock: Clock;

    beforeEach(() => {
      clock = install({ toFake: ['setInterval', 'clearInterval'] });
    });

    afterEach(() => {
      clock.uninstall();
    });

    it('see the end within the time of a sweep', async () => {
      const driver = inProcess();
      driver.signal.nudge = () => {};
      const others = createOperations({ operations: [quick], driver });
      await others.ready();
      const { id } = await others.start(quick, 1, { owner });
      const watching = viewsOf(others, id);
      await new Promise((resolve) => setTimeout(resolve, 5));
      await clock.tickAsync(5_000);
      expect((await watching).at(-1)?.state).to.equal('succeeded');
      await others.close();
    });

    it('see it when the carrier is back, and delete results that are old with each sweep', async () => {
      const driver = inProcess();
      let changed: (isUp: boolean) => void = () => {};
      driver.signal.nudge = () => {};
      driver.signal.onLink = (listener) => {
        changed = listener;
        return () => {};
      };
      let sweeps = 0;
      const results = Object.assign(new MemoryResultStore(), {
        sweep: async () => {
          sweeps += 1;
        },
      });
      const others = createOperations({ operations: [waits], driver, results });
      await others.ready();
      const { id } = await others.start(waits, undefined, { owner });
      const seen: unknown[] = [];
      await others.subscribe(id, { changed: ({ state }) => seen.push(state) });
      await others.cancel(id);
      const before = sweeps;
      changed(false);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect([seen, sweeps - before]).to.deep.equal([[], 0]);
      changed(true);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect([seen.at(-1), sweeps - before]).to.deep.equal(['cancelled', 1]);
      await others.close();
    });

    it('find again what never came to the queue', async () => {
      const driver = inProcess();
      const { queue } = driver;
      const enqueue = queue.enqueue.bind(queue);
      queue.enqueue = async () => {
        queue.enqueue = enqueue;
        throw new Error('the process died here');
      };
      const others = createOperations({ operations: [quick], driver, onError: (error) => errors.push(error) });
      await others.ready();
      const { id } = await others.start(quick, 1, { owner });
      expect(errors.map(String)).to.deep.equal(['Error: the process died here']);
      const watching = viewsOf(others, id);
      await clock.tickAsync(5_000);
      expect((await watching).at(-1)?.state).to.equal('succeeded');
      await others.close();
    });
  });

  describe('whose engine is away', () => {
    function awayFor(times: number): OperationDriver {
      const driver = inProcess();
      let left = times;
      driver.start = async () => {
        left -= 1;
        if (left >= 0) throw new OperationsError('engine-away', 'not there');
      };
      return driver;
    }

    it('say so in less than a second, and go on when it is back', async () => {
      const others = createOperations({
        operations: [quick],
        driver: awayFor(1),
        onError: (error) => errors.push(error),
      });
      expect(await reasonOf(others.start(quick, 1, { owner }))).to.include({ code: 'engine-away' });
      await others.ready();
      const { id } = await others.start(quick, 1, { owner });
      expect((await viewsOf(others, id)).at(-1)?.result).to.equal(1);
      expect(errors).to.have.length(1);
      await others.close();
    });

    it('do not wait for a driver that never answers', async () => {
      const driver = inProcess();
      driver.start = () => new Promise(() => {});
      const others = createOperations({ operations: [quick], driver });
      const beginning = performance.now();
      expect(await reasonOf(others.start(quick, 1, { owner }))).to.include({ code: 'engine-away' });
      expect(performance.now() - beginning).to.be.lessThan(1_000);
      await others.close();
    });

    it('have many wait at once, and warn of no leak', async () => {
      const warnings: string[] = [];
      const listen = ({ name }: Error) => warnings.push(name);
      process.on('warning', listen);
      const driver = inProcess();
      driver.start = () => new Promise(() => {});
      const others = createOperations({ operations: [quick], driver });
      const asked = Array.from({ length: 20 }, () => reasonOf(others.list({ owner })));
      for (const reason of await Promise.all(asked)) expect(reason).to.include({ code: 'engine-away' });
      process.off('warning', listen);
      expect(warnings).to.deep.equal([]);
      await others.close();
    });

    it('let go of a driver that has started only after they were closed', async () => {
      const clock = install({ toFake: ['setTimeout', 'clearTimeout'] });
      try {
        const driver = inProcess();
        const steps: string[] = [];
        let answer = (): void => {};
        driver.start = () =>
          new Promise((resolve) => {
            answer = resolve;
          });
        driver.close = async () => void steps.push('closed');
        const others = createOperations({ operations: [quick], driver });
        await new Promise((resolve) => setImmediate(resolve));
        const closing = others.close();
        await clock.tickAsync(900);
        await closing;
        steps.push('started');
        answer();
        await others.ready();
        expect(steps).to.deep.equal(['closed', 'started', 'closed']);
      } finally {
        clock.uninstall();
      }
    });

    it('wait for a driver that begins to work before they drain it, and sweep nothing then', async () => {
      const driver = inProcess();
      const { queue, signal } = driver;
      const steps: string[] = [];
      let goOn = (): void => {};
      queue.work = () =>
        new Promise((resolve) => {
          goOn = () => {
            steps.push('works');
            resolve();
          };
        });
      queue.drain = async () => void steps.push('drained');
      signal.onLink = () => {
        steps.push('listens');
        return () => {};
      };
      const others = createOperations({ operations: [quick], driver });
      await new Promise((resolve) => setImmediate(resolve));
      const closing = others.close();
      await new Promise((resolve) => setImmediate(resolve));
      goOn();
      await closing;
      expect(steps).to.deep.equal(['works', 'drained']);
    });

    it('do not start a driver once they were closed', async () => {
      const driver = inProcess();
      let starts = 0;
      driver.start = async () => void (starts += 1);
      await createOperations({ operations: [quick], driver }).close();
      expect(starts).to.equal(0);
    });

    it('can be closed', async () => {
      const others = createOperations({ operations: [quick], driver: awayFor(1e6), onError: () => {} });
      await reasonOf(others.list({ owner }));
      await others.close();
    });

    it('keep what was done until it is back', async () => {
      const driver = inProcess();
      const { store } = driver;
      const transition = store.transition.bind(store);
      let failures = 0;
      store.transition = async (id, change) => {
        if (change.to === 'succeeded' && failures++ < 2) throw new OperationsError('engine-away', 'not there');
        return await transition(id, change);
      };
      const others = createOperations({ operations: [quick], driver });
      const { id } = await others.start(quick, 1, { owner });
      expect((await viewsOf(others, id)).at(-1)?.result).to.equal(1);
      expect(failures).to.equal(3);
      await others.close();
    });

    it('let what runs go on: its input, its checkpoints and its log wait until it is back', async () => {
      const driver = inProcess();
      const { store } = driver;
      const members = ['input', 'saveCheckpoint', 'lastCheckpoint', 'appendLog'] as const;
      for (const member of members) {
        const ask = store[member].bind(store) as (...values: unknown[]) => Promise<unknown>;
        let isAway = true;
        Object.assign(store, {
          [member]: async (...values: unknown[]) => {
            if (!isAway) return ask(...values);
            isAway = false;
            throw new OperationsError('engine-away', 'not there');
          },
        });
      }
      const steps = defineOperation(
        'steps',
        { repeatable: true, attempts: 2, backoffMs: 1 },
        async (_input: number, { attempt, checkpoint, lastCheckpoint, log }: OperationContext) => {
          if (attempt === 2) return lastCheckpoint;
          await checkpoint('one');
          log('kept');
          throw new Error('again');
        },
      );
      const onError = (error: unknown) => errors.push((error as Error).message);
      const others = createOperations({ operations: [steps], driver, onError });
      const { id } = await others.start(steps, 1, { owner });
      expect((await viewsOf(others, id)).at(-1)).to.deep.include({ state: 'succeeded', attempt: 2, result: 'one' });
      expect(await others.readLog(id)).to.deep.equal(['kept']);
      expect(errors).to.deep.equal(['again']);
      await others.close();
    });

    it('keep a result in its store whose end was written, although no answer came', async () => {
      const driver = inProcess();
      const { store } = driver;
      const transition = store.transition.bind(store);
      let isAnswered = false;
      store.transition = async (id, change) => {
        const record = await transition(id, change);
        if (change.to !== 'succeeded' || isAnswered) return record;
        isAnswered = true;
        throw new OperationsError('engine-away', 'it went in between');
      };
      const results = new MemoryResultStore();
      const others = createOperations({ operations: [quick], driver, results });
      const text = 'long '.repeat(20_000);
      const { id } = await others.start(quick, text, { owner });
      expect((await viewsOf(others, id)).at(-1)?.state).to.equal('succeeded');
      await others.close();
      expect([...results.saved.values()].map(({ bytes }) => JSON.parse(String(bytes)) as string)).to.deep.equal([text]);
    });
  });

  it('an onError that throws harms nothing', async () => {
    const { error: log } = console;
    const logged: unknown[] = [];
    console.error = (...texts: unknown[]) => logged.push(texts);
    try {
      const breaks = defineOperation('breaks', {}, () => {
        throw new Error('broken');
      });
      const others = createOperations({
        operations: [breaks],
        onError: () => {
          throw new Error('onError is broken');
        },
      });
      const { id } = await others.start(breaks, undefined, { owner });
      expect((await viewsOf(others, id)).at(-1)?.state).to.equal('failed');
      await others.close();
      expect(logged).to.have.length(1);
    } finally {
      console.error = log;
    }
  });
});
