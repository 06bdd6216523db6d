import { expect } from 'chai';
import { addQueued, addRunning, end } from './driver-tests/stage.js';
import { inProcess } from './in-process/in-process.js';
import type { OperationDriver } from './ports.js';
import type { OperationView } from './view.js';
import { WatchHub } from './watch-hub.js';

describe('WatchHub', () => {
  let driver: OperationDriver;
  let hub: WatchHub;
  let seen: OperationView[];
  let ended: string[];
  let errors: unknown[];

  beforeEach(() => {
    driver = inProcess();
    hub = new WatchHub(driver, (error) => errors.push(error));
    seen = [];
    ended = [];
    errors = [];
  });

  const listener = {
    changed: (view: OperationView): void => {
      seen.push(view);
    },
    ended: (why: string): void => {
      ended.push(why);
    },
  };

  /** Lets everything come that is on its way. */
  async function settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  it('reads once for many nudges that come together', async () => {
    const { id } = await addRunning(driver.store);
    await hub.subscribe(id, listener);
    let reads = 0;
    const read = driver.store.read.bind(driver.store);
    driver.store.read = async (asked) => {
      reads += 1;
      await settle();
      return await read(asked);
    };
    for (let count = 1; count <= 10; count += 1) {
      const reported = await driver.store.report(id, 1, { value: count / 20 });
      driver.signal.nudge(id, reported?.seq ?? 0);
    }
    await settle();
    await settle();
    await settle();
    expect(reads).to.be.within(1, 2);
    expect(seen.at(-1)?.progress).to.deep.equal({ value: 0.5 });
  });

  it('tells nothing that is not newer', async () => {
    const { id, seq } = await addRunning(driver.store);
    const subscription = await hub.subscribe(id, listener);
    expect(subscription?.snapshot.view.seq).to.equal(seq);
    driver.signal.nudge(id, seq);
    driver.signal.nudge(id, seq + 5);
    await settle();
    await hub.refresh();
    expect(seen).to.deep.equal([]);
  });

  it('takes an end for newer whatever its number: a store may have lost its last second', async () => {
    const running = await addRunning(driver.store);
    for (const value of [0.1, 0.2, 0.3]) await driver.store.report(running.id, 1, { value });
    await hub.subscribe(running.id, listener);
    const ended = await end(driver.store, running);
    driver.store.readMany = async () => [ended && { ...ended, seq: running.seq }];
    await hub.refresh();
    expect(seen.map(({ state }) => state)).to.deep.equal(['succeeded']);
  });

  it('finds by comparing what no nudge told of', async () => {
    const running = await addRunning(driver.store);
    await hub.subscribe(running.id, listener);
    await end(driver.store, running);
    await hub.refresh();
    expect(seen.map(({ state }) => state)).to.deep.equal(['succeeded']);
    expect(hub.size).to.equal(0);
  });

  it('says when an operation is not known any more', async () => {
    const { id } = await addRunning(driver.store);
    await hub.subscribe(id, listener);
    driver.store.readMany = async (ids) => ids.map(() => undefined);
    await hub.refresh();
    expect(ended).to.deep.equal(['gone']);
    expect(hub.size).to.equal(0);
  });

  it('goes on when the store is away for a while', async () => {
    const { id } = await addRunning(driver.store);
    await hub.subscribe(id, listener);
    const read = driver.store.read.bind(driver.store);
    driver.store.read = () => Promise.reject(new Error('away'));
    const reported = await driver.store.report(id, 1, { value: 0.5 });
    driver.signal.nudge(id, reported?.seq ?? 0);
    await settle();
    driver.store.read = read;
    driver.signal.nudge(id, reported?.seq ?? 0);
    await settle();
    expect(seen.map(({ progress }) => progress?.value)).to.deep.equal([0.5]);
  });

  it('leaves nothing behind of a subscription that failed', async () => {
    const { id } = await addQueued(driver.store);
    const read = driver.store.read.bind(driver.store);
    driver.store.read = () => Promise.reject(new Error('away'));
    expect(String(await hub.subscribe(id, listener).catch((error: unknown) => error))).to.equal('Error: away');
    expect(hub.size).to.equal(0);
    driver.store.read = read;
    expect((await hub.subscribe(id, listener))?.snapshot.record.id).to.equal(id);
  });

  it('reads again when there was news while it read the first time', async () => {
    const { id } = await addRunning(driver.store);
    const read = driver.store.read.bind(driver.store);
    driver.store.read = async (asked) => {
      driver.store.read = read;
      const old = await read(asked);
      const reported = await driver.store.report(id, 1, { value: 0.5 });
      driver.signal.nudge(id, reported?.seq ?? 0);
      return old;
    };
    const subscription = await hub.subscribe(id, listener);
    await settle();
    const values = [subscription?.snapshot.view, ...seen].map((view) => view?.progress?.value);
    expect(values.at(-1)).to.equal(0.5);
  });

  it('stays for who is about to listen when the last listener goes', async () => {
    const { id } = await addRunning(driver.store);
    const first = await hub.subscribe(id, { changed: () => {} });
    const joining = hub.subscribe(id, listener);
    first?.close();
    await joining;
    const reported = await driver.store.report(id, 1, { value: 0.5 });
    driver.signal.nudge(id, reported?.seq ?? 0);
    await settle();
    expect(seen.map(({ progress }) => progress?.value)).to.deep.equal([0.5]);
  });

  it('lets go with the last listener, and not before', async () => {
    const { id } = await addQueued(driver.store);
    const [first, second] = [await hub.subscribe(id, listener), await hub.subscribe(id, listener)];
    first?.close();
    expect(hub.size).to.equal(1);
    second?.close();
    second?.close();
    expect(hub.size).to.equal(0);
  });

  it('goes on when a listener throws', async () => {
    const running = await addRunning(driver.store);
    const broken = {
      changed: (): void => {
        throw new Error('broken');
      },
    };
    await hub.subscribe(running.id, broken);
    await hub.subscribe(running.id, listener);
    const ending = await end(driver.store, running);
    driver.signal.nudge(running.id, ending?.seq ?? 0);
    await settle();
    expect(seen.map(({ state }) => state)).to.deep.equal(['succeeded']);
    expect(errors.map(String)).to.deep.equal(['Error: broken']);
  });

  it('tells all that it is closed', async () => {
    for (const { id } of [await addQueued(driver.store), await addQueued(driver.store)])
      await hub.subscribe(id, listener);
    hub.close();
    expect(ended).to.deep.equal(['closed', 'closed']);
  });
});
