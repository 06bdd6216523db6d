import type { Attempt, OperationRecord } from '@verbena/operations/driver';
import { expect } from 'chai';
import type { BullmqDriver } from './driver.js';
import { begin, Drivers, eventually } from './driver.test-support.js';
import { RedisServer } from './redis-server.test-support.js';

/** As short as is allowed, so that a Redis that is away for long is not away for long here. */
const lockMs = 1_000;

describe('bullmq(), when Redis fails', () => {
  let redis: RedisServer;
  let workers: BullmqDriver[];
  let attempts: Attempt[];
  let finish: () => void;
  const drivers = new Drivers();

  before(async function () {
    redis = await RedisServer.start(this);
  });

  /** Two workers, one of which runs an operation until it is told to finish. */
  beforeEach(async () => {
    attempts = [];
    workers = [];
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    for (let count = 0; count < 2; count += 1) {
      const driver = await drivers.open(redis, { lockMs });
      workers.push(driver);
      await driver.queue.work(
        async (attempt) => {
          const { id, number } = attempt;
          await driver.store.transition(id, { attempt: number, from: ['queued', 'running'], to: 'running', patch: {} });
          attempts.push(attempt);
          await Promise.race([finished, new Promise((resolve) => attempt.signal.addEventListener('abort', resolve))]);
          if (attempt.signal.aborted) return {};
          const patch = { endedAt: Date.now(), expiresAt: Date.now() + 60_000 };
          await driver.store.transition(id, { attempt: number, from: ['running'], to: 'succeeded', patch });
          return {};
        },
        { concurrency: new Map([['count', 1]]) },
      );
    }
  });

  afterEach(async () => {
    await drivers.close();
    await redis.clear();
  });

  after(() => (redis as RedisServer | undefined)?.stop());

  const isUp = async () => {
    const answers = await Promise.allSettled(workers.map(({ store }) => store.read('op_x')));
    return answers.every(({ status }) => status === 'fulfilled');
  };

  async function succeeds(id: string): Promise<void> {
    finish();
    await eventually(async () => ((await workers[0]!.store.read(id)) as OperationRecord).state === 'succeeded');
    await eventually(async () => (await workers[0]!.jobs('count').getJobState(id)) === 'completed');
  }

  it('runs on through a restart that outlasts the lock, and nobody runs it twice (B15)', async () => {
    const { id } = await begin(workers[0]!);
    await eventually(() => attempts.length === 1);
    await redis.kill();
    await new Promise((resolve) => setTimeout(resolve, 3 * lockMs));
    await redis.restart();
    await eventually(isUp);
    await new Promise((resolve) => setTimeout(resolve, 2 * lockMs));
    expect([attempts.length, attempts[0]!.signal.aborted]).to.deep.equal([1, false]);
    await succeeds(id);
    expect(attempts).to.have.lengthOf(1);
  });

  it('hears of cancellations again after a restart', async () => {
    const { id } = await begin(workers[0]!);
    await eventually(() => attempts.length === 1);
    await redis.kill();
    await redis.restart();
    await eventually(isUp);
    const web = await drivers.open(redis);
    await eventually(async () => {
      web.signal.cancel(id);
      return attempts[0]!.signal.aborted;
    });
    expect(attempts[0]!.signal.reason).to.equal('cancel');
  });

  it('runs on through a standstill that outlasts the lock', async () => {
    const { id } = await begin(workers[0]!);
    await eventually(() => attempts.length === 1);
    redis.signal('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 2.5 * lockMs));
    redis.signal('SIGCONT');
    await eventually(isUp);
    await new Promise((resolve) => setTimeout(resolve, 2 * lockMs));
    await succeeds(id);
    expect([attempts.length, attempts[0]!.signal.aborted]).to.deep.equal([1, false]);
  });

  it('stops what runs when Redis was emptied, and runs what comes after', async () => {
    const { id } = await begin(workers[0]!);
    await eventually(() => attempts.length === 1);
    await redis.clear();
    await eventually(() => attempts[0]!.signal.aborted);
    expect(attempts[0]!.signal.reason).to.equal('lost');
    expect(await workers[0]!.store.read(id)).to.equal(undefined);
    const { id: next } = await begin(workers[0]!);
    await eventually(() => attempts.length === 2);
    await succeeds(next);
    expect(drivers.warnings).to.have.lengthOf(1);
    expect(drivers.warnings[0]).to.match(/is stopped: another worker has taken the operation, or it is gone$/);
  });
});
