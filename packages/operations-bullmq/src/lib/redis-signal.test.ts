import type { OperationSignal } from '@verbena/operations/driver';
import { expect } from 'chai';
import { begin, Drivers, eventually } from './driver.test-support.js';
import { RedisServer } from './redis-server.test-support.js';

const id = `op_${'a'.repeat(22)}`;

describe('bullmq().signal', () => {
  let redis: RedisServer;
  let one: OperationSignal;
  let other: OperationSignal;
  const drivers = new Drivers();

  before(async function () {
    redis = await RedisServer.start(this);
  });

  beforeEach(async () => {
    one = (await drivers.open(redis)).signal;
    other = (await drivers.open(redis)).signal;
  });

  afterEach(async () => {
    await drivers.close();
    await redis.clear();
  });

  after(() => (redis as RedisServer | undefined)?.stop());

  it('carries a nudge to every watcher in every process from the moment it is watched (B18)', async () => {
    const heard: string[] = [];
    await one.watch(id, (seq) => heard.push(`one ${seq}`));
    await one.watch(id, (seq) => heard.push(`one again ${seq}`));
    await other.watch(id, (seq) => heard.push(`other ${seq}`));
    one.nudge(id, 7);
    await eventually(() => heard.length === 3);
    expect(heard.sort()).to.deep.equal(['one 7', 'one again 7', 'other 7']);
  });

  it('hears no more once its last watcher has left, and again when one comes back', async () => {
    const heard: number[] = [];
    const off = await one.watch(id, (seq) => heard.push(seq));
    const offToo = await one.watch(id, (seq) => heard.push(seq));
    off();
    off();
    other.nudge(id, 1);
    await eventually(() => heard.length === 1);
    offToo();
    const channels = () => redis.client.pubsub('CHANNELS', '{verbena}:nudge:*');
    await eventually(async () => (await channels()).length === 0);
    await one.watch(id, (seq) => heard.push(seq));
    other.nudge(id, 2);
    await eventually(() => heard.length === 2);
    expect(heard).to.deep.equal([1, 2]);
  });

  it('tells when Redis has gone and when nudges arrive again, also to those who watched before', async () => {
    const heard: (number | boolean)[] = [];
    await one.watch(id, (seq) => heard.push(seq));
    one.onLink((isUp) => heard.push(isUp));
    await redis.kill();
    await eventually(() => heard.length === 1);
    const refusal = await one.watch('op_other', () => {}).catch((error: unknown) => error);
    expect(refusal).to.include({ code: 'engine-away' });
    await redis.restart();
    await eventually(() => heard.length === 2);
    redis.client.publish(`{verbena}:nudge:${id}`, '9').catch(() => {});
    await eventually(() => heard.length === 3);
    expect(heard).to.deep.equal([false, true, 9]);
  });

  it('needs two connections, however many watch (B16)', async () => {
    expect(await redis.connections('verbena-')).to.equal(4);
    for (let at = 0; at < 500; at += 1) await one.watch(`op_${at}`, () => {});
    expect(await redis.connections('verbena-')).to.equal(4);
    expect(await redis.connections()).to.equal(4);
  });

  it('reaches the process that works (B6, B7)', async () => {
    const worker = await drivers.open(redis);
    const reasons: unknown[] = [];
    let isRunning = false;
    await worker.queue.work(
      async ({ signal }) => {
        isRunning = true;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        reasons.push(signal.reason);
        return {};
      },
      { concurrency: new Map([['count', 1]]) },
    );
    const { id: running } = await begin(worker);
    await eventually(() => isRunning);
    other.cancel('op_unknown');
    other.cancel(running);
    await eventually(() => reasons.length === 1);
    expect(reasons).to.deep.equal(['cancel']);
  });
});
