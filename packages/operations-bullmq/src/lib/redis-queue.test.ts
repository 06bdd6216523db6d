import type { Attempt, OperationRecord, RunAttempt } from '@verbena/operations/driver';
import { QueueEvents } from 'bullmq';
import { expect } from 'chai';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { type BullmqDriver, bullmq } from './driver.js';
import { begin, Drivers, eventually, newRecord } from './driver.test-support.js';
import { RedisServer } from './redis-server.test-support.js';

const lockMs = 1_000;
const concurrency = new Map([['count', 2]]);

describe('bullmq().queue', () => {
  let redis: RedisServer;
  const drivers = new Drivers();

  before(async function () {
    redis = await RedisServer.start(this);
  });

  afterEach(async () => {
    await drivers.close();
    await redis.clear();
  });

  after(() => (redis as RedisServer | undefined)?.stop());

  async function work(run: (attempt: Attempt, driver: BullmqDriver) => ReturnType<RunAttempt>): Promise<BullmqDriver> {
    const driver = await drivers.open(redis, { lockMs });
    await driver.queue.work((attempt) => run(attempt, driver), { concurrency });
    return driver;
  }

  const take = ({ id, number }: Attempt, { store }: BullmqDriver) =>
    store.transition(id, { attempt: number, from: ['queued', 'running'], to: 'running', patch: {} });

  const end = ({ id, number }: Attempt, { store }: BullmqDriver, to: 'succeeded' | 'failed' = 'succeeded') =>
    store.transition(id, {
      attempt: number,
      from: ['running', 'cancelling'],
      to,
      patch: {
        endedAt: Date.now(),
        expiresAt: Date.now() + 60_000,
        ...(to === 'failed' && { error: { type: 'urn:x', title: 'It broke', code: 'threw' } }),
      },
    });

  const stateOf = async ({ store }: BullmqDriver, id: string) => ((await store.read(id)) as OperationRecord).state;

  const aborted = (signal: AbortSignal) => new Promise((resolve) => signal.addEventListener('abort', resolve));

  /** Long enough for what must not happen to happen. */
  const quiet = () => new Promise((resolve) => setTimeout(resolve, 200));

  /** Takes the locks of all that is active, as if its workers had been silent for too long. */
  const loseLocks = async () => {
    const locks = await redis.client.keys('*:lock');
    await Promise.all(locks.map((lock) => redis.client.set(lock, 'another')));
    return locks.length;
  };

  it('hands an operation to a worker of another process, once however often it is enqueued (B11)', async () => {
    const web = await drivers.open(redis);
    const attempts: Attempt[] = [];
    await work(async (attempt, driver) => {
      attempts.push(attempt);
      await take(attempt, driver);
      await end(attempt, driver);
      return {};
    });
    const { id } = await begin(web);
    await web.queue.enqueue(id, { kind: 'count' });
    await eventually(async () => (await stateOf(web, id)) === 'succeeded');
    await web.queue.enqueue(id, { kind: 'count' });
    await eventually(async () => (await web.jobs('count').getJobState(id)) === 'completed');
    expect(attempts.map((attempt) => [attempt.id, attempt.number])).to.deep.equal([[id, 1]]);
    expect(await web.store.read(id)).to.include({ seq: 3, attempt: 1 });
  });

  it('puts nothing but the id into the job', async () => {
    const web = await drivers.open(redis);
    const { id } = await begin(web);
    expect((await web.jobs('count').getJob(id))!.data).to.deep.equal({ id });
  });

  it('enqueues again what BullMQ still holds a finished job of, with a higher number (B11)', async () => {
    const numbers: number[] = [];
    const worker = await work(async (attempt, driver) => {
      numbers.push(attempt.number);
      await take(attempt, driver);
      // The first one ends without a word about the operation.
      if (attempt.number > 1) await end(attempt, driver);
      return {};
    });
    const { id } = await begin(worker);
    await eventually(async () => (await worker.jobs('count').getJobState(id)) === 'completed');
    await worker.queue.enqueue(id, { kind: 'count' });
    await eventually(async () => (await stateOf(worker, id)) === 'succeeded');
    await worker.jobs('count').remove(id);
    expect(numbers).to.deep.equal([1, 2]);
  });

  it('finds what no job stands for: made, and never enqueued', async () => {
    const web = await drivers.open(redis);
    const orphan = newRecord();
    await web.store.create(orphan, { input: '1' });
    const { id: enqueued } = await begin(web);
    expect(await web.store.due()).to.deep.equal([]);
    expect(await redis.client.zrange('{verbena}:starting', 0, -1)).to.deep.equal([orphan.id]);
    await redis.client.zadd('{verbena}:starting', 0, orphan.id);
    await redis.client.zadd('{verbena}:unfinished', 0, enqueued, 0, 'op_gone');
    expect(await web.store.due()).to.deep.equal([orphan.id]);
    // Every process looks: one that was found is left to who found it.
    expect(await web.store.due()).to.deep.equal([]);
    expect(await redis.client.zcard('{verbena}:unfinished')).to.equal(2);
  });

  it('takes out what waits, and not what runs', async () => {
    const web = await drivers.open(redis);
    const { id: waits } = await begin(web);
    expect(await web.queue.remove(waits)).to.equal(true);
    expect(await web.queue.remove(waits)).to.equal(false);
    expect(await web.queue.remove('op_unknown')).to.equal(false);
    const attempts: Attempt[] = [];
    await work(async (attempt) => {
      attempts.push(attempt);
      await aborted(attempt.signal);
      return {};
    });
    const { id: runs } = await begin(web);
    await eventually(() => attempts.length === 1);
    expect(await web.queue.remove(runs)).to.equal(false);
  });

  it('runs so many of a kind at once', async () => {
    let running = 0;
    let most = 0;
    let done = 0;
    const worker = await work(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running -= 1;
      done += 1;
      return {};
    });
    for (let at = 0; at < 10; at += 1) await begin(worker);
    await eventually(() => done === 10);
    expect(most).to.equal(2);
  });

  it('leaves a kind that no worker knows in the queue, and runs it once one does', async () => {
    const worker = await work(async () => ({}));
    const { id } = await begin(worker, { kind: 'of a: newer {version}' });
    const newer = await drivers.open(redis);
    expect(await newer.store.due()).to.deep.equal([]);
    const ran: string[] = [];
    await newer.queue.work(
      async (attempt) => {
        ran.push(attempt.id);
        return {};
      },
      { concurrency: new Map([['of a: newer {version}', 1]]) },
    );
    await eventually(() => ran.length === 1);
    expect(ran).to.deep.equal([id]);
  });

  it('takes an operation again after the time its runner asks for', async () => {
    const takenAt: number[] = [];
    const worker = await work(async (attempt) => {
      takenAt.push(performance.now());
      return attempt.number < 3 ? { retryInMs: attempt.number === 1 ? 300 : 0 } : {};
    });
    await begin(worker);
    await eventually(() => takenAt.length === 3);
    expect(takenAt[1]! - takenAt[0]!).to.be.within(250, 900);
    expect(takenAt[2]! - takenAt[1]!).to.be.below(250);
  });

  it('stops an attempt that has lost its lock, and says so (B8)', async () => {
    const reasons: unknown[] = [];
    let isBegun = false;
    const worker = await work(async ({ signal }) => {
      isBegun = true;
      await aborted(signal);
      reasons.push(signal.reason);
      return {};
    });
    const { id } = await begin(worker);
    await eventually(() => isBegun);
    expect(await loseLocks()).to.equal(1);
    await eventually(() => reasons.length === 1);
    expect(reasons).to.deep.equal(['lost']);
    expect(drivers.warnings.join()).to.include(`Attempt 1 at ${id} ("count")`);
  });

  it('gives a later worker a higher number, as often as it takes (B10)', async () => {
    const numbers: number[] = [];
    const run = async ({ number, signal }: Attempt) => {
      numbers.push(number);
      if (number < 4) await aborted(signal);
      return {};
    };
    const worker = await work(run);
    await begin(worker);
    for (const count of [1, 2, 3]) {
      await eventually(() => numbers.length === count);
      await loseLocks();
      await eventually(() => drivers.warnings.filter((text) => text.startsWith('Attempt')).length === count);
      await redis.client.del(...(await redis.client.keys('*:lock')));
    }
    await eventually(() => numbers.length === 4);
    expect(numbers).to.deep.equal([1, 2, 3, 4]);
  });

  it('keeps the lock of a long attempt', async () => {
    const numbers: number[] = [];
    const worker = await work(async (attempt, driver) => {
      numbers.push(attempt.number);
      await take(attempt, driver);
      await new Promise((resolve) => setTimeout(resolve, 3 * lockMs));
      await end(attempt, driver);
      return {};
    });
    await work(async () => ({}));
    const { id } = await begin(worker);
    await eventually(async () => (await stateOf(worker, id)) === 'succeeded');
    expect(numbers).to.deep.equal([1]);
    expect(drivers.warnings).to.deep.equal([]);
  });

  it('ends the wait for what does not stop, after the grace it is given (B17)', async () => {
    const reasons: unknown[] = [];
    let isBegun = false;
    const worker = await work(async ({ signal }) => {
      isBegun = true;
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      return new Promise(() => {});
    });
    await begin(worker);
    await eventually(() => isBegun);
    const begun = performance.now();
    await worker.queue.drain(200);
    expect(performance.now() - begun).to.be.within(190, 1_500);
    expect(reasons).to.deep.equal(['shutdown']);
  });

  it('waits for what stops, and takes no more', async () => {
    let count = 0;
    const worker = await work(async ({ signal }) => {
      count += 1;
      await aborted(signal);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { retryInMs: 0 };
    });
    const { id } = await begin(worker);
    await eventually(() => count === 1);
    await begin(worker);
    await begin(worker);
    await eventually(() => count === 2);
    const begun = performance.now();
    await worker.queue.drain(5_000);
    expect(performance.now() - begun).to.be.within(40, 1_500);
    expect(count).to.equal(2);
    const numbers = new Map<string, number>();
    await work(async (attempt) => {
      numbers.set(attempt.id, attempt.number);
      return {};
    });
    await eventually(() => numbers.size === 3);
    expect(numbers.get(id)).to.equal(2);
  });

  it('keeps the lock of what takes its time to stop', async () => {
    const reasons: unknown[] = [];
    let isBegun = false;
    const worker = await work(async ({ signal }) => {
      isBegun = true;
      await aborted(signal);
      await new Promise((resolve) => setTimeout(resolve, 2.5 * lockMs));
      reasons.push(signal.reason);
      return {};
    });
    await begin(worker);
    await eventually(() => isBegun);
    const other: Attempt[] = [];
    await work(async (attempt) => {
      other.push(attempt);
      return {};
    });
    await worker.queue.drain(4 * lockMs);
    expect([reasons, other]).to.deep.equal([['shutdown'], []]);
  });

  it('gives back what comes in while it drains', async () => {
    let finish = () => {};
    const ran: string[] = [];
    const worker = await work(
      (attempt) =>
        new Promise((resolve) => {
          ran.push(attempt.id);
          finish = () => resolve({});
        }),
    );
    const { id } = await begin(worker);
    await eventually(() => ran.length === 1);
    const web = await drivers.open(redis);
    const drained = worker.queue.drain(5_000);
    // BullMQ's worker still waits for a job, and gets this one.
    const { id: late } = await begin(web);
    await eventually(async () => (await redis.client.hget(`{verbena}:jobs:count:${late}`, 'ats')) === '1');
    finish();
    await drained;
    expect(ran).to.deep.equal([id]);
    await work(async (attempt) => {
      ran.push(attempt.id);
      return {};
    });
    await eventually(() => ran.length === 2);
    expect(ran).to.deep.equal([id, late]);
  });

  it('takes nothing where it is drained while it begins, and connects no more', async () => {
    const driver = bullmq({ connection: redis.connection, lockMs, onWarning: () => {} });
    await driver.start();
    const taken: string[] = [];
    const working = driver.queue.work(
      async ({ id }) => {
        taken.push(id);
        return {};
      },
      { concurrency },
    );
    await driver.queue.drain(0);
    await driver.close();
    await working;
    const web = await drivers.open(redis);
    const { id } = await begin(web);
    await quiet();
    expect([taken, await redis.connections('verbena-work')]).to.deep.equal([[], 0]);
    expect(await web.jobs('count').getJobState(id)).to.equal('waiting');
  });

  it('connects no more for what ends after it was closed', async () => {
    let finish: (() => void) | undefined;
    const driver = bullmq({ connection: redis.connection, lockMs, onWarning: () => {} });
    await driver.start();
    const run = () =>
      new Promise<object>((resolve) => {
        finish = () => resolve({});
      });
    await driver.queue.work(run, { concurrency });
    await begin(driver);
    await eventually(() => finish !== undefined);
    await driver.queue.drain(0);
    await driver.close();
    await eventually(async () => (await redis.connections()) === 0);
    finish!();
    await quiet();
    expect(await redis.connections()).to.equal(0);
  });

  for (const state of ['idle', 'busy']) {
    it(`closes while Redis is away, ${state}`, async () => {
      let isBegun = false;
      const worker = await work(async () => {
        isBegun = true;
        return new Promise(() => {});
      });
      if (state === 'busy') {
        await begin(worker);
        await eventually(() => isBegun);
      }
      await redis.kill();
      const begun = performance.now();
      await drivers.close();
      expect(performance.now() - begun).to.be.below(3_000);
      // Whatever still wants to connect knocks where Redis was.
      redis.client.disconnect();
      await rm(redis.connection.path);
      let knocks = 0;
      const server = createServer(() => (knocks += 1)).listen(redis.connection.path);
      await new Promise((resolve) => setTimeout(resolve, 600));
      await new Promise((resolve) => server.close(resolve));
      expect(knocks).to.equal(0);
      await redis.restart();
      await redis.client.connect();
    });
  }

  it('shows percent in the job, and never what would end the readers of its events (B2, B3, B5)', async () => {
    const events = new QueueEvents('count', { connection: { path: redis.connection.path }, prefix: '{verbena}:jobs' });
    await events.waitUntilReady();
    const progress: unknown[] = [];
    const over: string[] = [];
    events.on('progress', ({ data }) => progress.push(data));
    events.on('completed', ({ jobId }) => over.push(jobId));
    const worker = await work(async (attempt, driver) => {
      await take(attempt, driver);
      await driver.store.report(attempt.id, attempt.number, { value: null, message: 'reading' });
      await driver.store.report(attempt.id, attempt.number, { value: 0.4219 });
      await driver.store.report(attempt.id, attempt.number, { value: 0.5 });
      await end(attempt, driver);
      return {};
    });
    const { id } = await begin(worker);
    await eventually(() => over.length === 1);
    expect([progress, over]).to.deep.equal([[42], [id]]);
    await events.close();
  });

  it('shows a failed operation as a failed job', async () => {
    const worker = await work(async (attempt, driver) => {
      await take(attempt, driver);
      await end(attempt, driver, 'failed');
      return {};
    });
    const { id } = await begin(worker);
    const job = () => worker.jobs('count').getJob(id);
    await eventually(async () => (await (await job())!.getState()) === 'failed');
    expect((await job())!.failedReason).to.equal('It broke');
  });

  it('needs four connections for a worker of one kind (B16)', async () => {
    const worker = await work(async () => ({}));
    await begin(worker);
    expect(await redis.connections()).to.equal(4);
  });
});
