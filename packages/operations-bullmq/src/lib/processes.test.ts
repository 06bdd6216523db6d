import { createOperations, type Operations } from '@verbena/operations';
import { expect } from 'chai';
import { once as happens } from 'node:events';
import { bullmq } from './driver.js';
import { eventually } from './driver.test-support.js';
import { Processes } from './processes.test-support.js';
import { RedisServer } from './redis-server.test-support.js';
import { Seen } from './seen.test-support.js';
import { once, repeatable, secret, spin, stubborn } from './work.test-support.js';

/** The nightly run takes the time it takes; otherwise locks are short and kills are few. */
const isNightly = process.env['VERBENA_NIGHTLY'] !== undefined;
const lockMs = isNightly ? 4_000 : 2_000;
const kills = isNightly ? 200 : 5;

describe('runWorker, in processes of its own', function () {
  this.timeout(isNightly ? 7_200_000 : 120_000);
  let redis: RedisServer;
  let operations: Operations;
  const processes = new Processes();
  const owner = { owner: 'ann' };

  before(async function () {
    redis = await RedisServer.start(this);
  });

  beforeEach(async () => {
    operations = createOperations({
      operations: [repeatable, once, spin, stubborn],
      driver: bullmq({ connection: redis.connection, lockMs }),
      ownerSecret: secret,
      runs: false,
    });
    await operations.ready();
  });

  afterEach(async () => {
    await operations.close();
    await processes.stop();
    await redis.clear();
  });

  after(() => (redis as RedisServer | undefined)?.stop());

  const startWorker = () => processes.start({ role: 'worker', path: redis.connection.path, lockMs });
  const isUp = () =>
    operations.list(owner).then(
      () => true,
      () => false,
    );
  const stateOf = async (id: string) => (await operations.get(id))?.state;

  it(`loses nothing when workers are killed, ${kills} times (B9)`, async () => {
    await startWorker();
    const takenAfterMs: number[] = [];
    const all: Seen[] = [];
    for (let count = 0; count < kills; count += 1) {
      await startWorker();
      const input = { steps: 20, pauseMs: 40 };
      const again = await operations.start(repeatable, input, owner);
      const single = await operations.start(once, input, owner);
      const seen = [again, single].map(({ id }) => new Seen(operations, id));
      all.push(...seen);
      await eventually(() => processes.begun(again.id).length === 1 && processes.begun(single.id).length === 1);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 500));

      const { pid } = processes.begun(again.id)[0]!;
      const isSame = processes.begun(single.id)[0]!.pid === pid;
      await processes.kill(pid);
      const killedAt = performance.now();
      await eventually(() => seen[0]!.views.some(({ attempt }) => attempt === 2), 60_000);
      takenAfterMs.push(performance.now() - killedAt);

      await Promise.all(seen.map(({ over }) => over));
      for (const one of seen) one.check();
      expect(seen[0]!.last).to.deep.include({ state: 'succeeded', attempt: 2, result: 2 });
      expect(seen[1]!.last!.state).to.equal(isSame ? 'failed' : 'succeeded');
      if (isSame) expect(seen[1]!.last!.error).to.include({ code: 'interrupted' });
      expect(processes.begun(single.id)).to.have.lengthOf(1);
    }
    takenAfterMs.sort((one, other) => one - other);
    expect(takenAfterMs[Math.ceil(0.95 * kills) - 1]).to.be.below(1.5 * lockMs + 500);
  });

  it(`loses nothing, and runs nothing twice, when Redis is killed, ${kills} times (B15)`, async () => {
    await startWorker();
    await startWorker();
    for (let count = 0; count < kills; count += 1) {
      const input = { steps: 20, pauseMs: 40 };
      const started = [await operations.start(repeatable, input, owner), await operations.start(once, input, owner)];
      const seen = started.map(({ id }) => new Seen(operations, id));
      await eventually(() => started.every(({ id }) => processes.begun(id).length === 1));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 900));
      await redis.kill();
      await new Promise((resolve) => setTimeout(resolve, Math.random() * lockMs));
      await redis.restart();
      await Promise.all(seen.map(({ over }) => over));
      await eventually(isUp);
      for (const one of seen) {
        one.check();
        expect(one.last).to.deep.include({ state: 'succeeded', attempt: 1, result: 1 });
      }
    }
    const begun = processes.told.filter(({ event }) => event === 'begun');
    expect(begun).to.have.lengthOf(2 * kills);
  });

  it('drops what a worker says that stood still while another took its operation (B1, B8)', async () => {
    await startWorker();
    const { id } = await operations.start(repeatable, { steps: 100, pauseMs: 50 }, owner);
    const seen = new Seen(operations, id);
    await eventually(() => processes.begun(id).length === 1);
    await startWorker();
    const { pid } = processes.begun(id)[0]!;
    await eventually(() => (seen.last?.progress?.value ?? 0) > 0.1);
    process.kill(pid, 'SIGSTOP');
    await eventually(() => processes.begun(id).length === 2);
    process.kill(pid, 'SIGCONT');
    await eventually(() => processes.told.some((told) => told.pid === pid && told.text === 'taken-over'));
    await seen.over;
    seen.check();
    expect(seen.last).to.deep.include({ state: 'succeeded', attempt: 2, result: 2 });
    expect(processes.begun(id)).to.have.lengthOf(2);
  });

  it('drops what a handler does that blocked its event loop, and names it', async () => {
    const [one, other] = [await startWorker(), await startWorker()];
    const { id } = await operations.start(spin, { blockMs: 2.5 * lockMs }, owner);
    const seen = new Seen(operations, id);
    await seen.over;
    seen.check();
    expect(seen.last).to.deep.include({ state: 'succeeded', attempt: 2, result: 2 });
    const [first, second] = processes.begun(id);
    expect([first!.pid, second!.pid]).to.have.members([one.pid, other.pid]);
    const warnings = () => processes.told.filter(({ pid, event }) => pid === first!.pid && event === 'warned');
    await eventually(() =>
      warnings().some(({ text }) => /The event loop was blocked for .* while "spin" ran/.test(text!)),
    );
    await eventually(() => processes.told.some(({ pid, event }) => pid === first!.pid && event === 'stopped'));
  });

  it('starts once what 200 ask for at once in three processes', async () => {
    await startWorker();
    const role = { role: 'starter', path: redis.connection.path, lockMs } as const;
    const starters = [await processes.start(role), await processes.start(role), await processes.start(role)];
    for (const [index, starter] of starters.entries()) starter.send(index === 0 ? 68 : 66);
    const answers = () => processes.told.filter(({ text }) => text === 'started');
    await eventually(() => answers().length === 200);
    const ids = new Set(answers().map(({ id }) => id!));
    expect(ids).to.have.lengthOf(1);
    const [id] = ids;
    await eventually(async () => (await stateOf(id!)) === 'succeeded');
    expect(processes.begun(id!)).to.have.lengthOf(1);
  });

  it('runs once what was started by a process that died before it was enqueued, within 10 s', async () => {
    await startWorker();
    const starter = await processes.start({ role: 'dying-starter', path: redis.connection.path, lockMs });
    starter.send(1);
    await happens(starter, 'exit');
    const { operations: mine } = await operations.list(owner);
    expect(mine).to.have.lengthOf(1);
    const { id } = mine[0]!;
    await eventually(async () => (await stateOf(id)) === 'succeeded', 10_000);
    expect(processes.begun(id)).to.have.lengthOf(1);
  });

  it('cancels in the process that works (B7)', async () => {
    await startWorker();
    const { id } = await operations.start(repeatable, { steps: 1_000, pauseMs: 10 }, owner);
    await eventually(async () => (await stateOf(id)) === 'running');
    const seen = new Seen(operations, id);
    expect((await operations.cancel(id))!.state).to.equal('cancelling');
    await seen.over;
    expect(seen.last!.state).to.equal('cancelled');
    expect(processes.told.find(({ event }) => event === 'stopped')).to.include({ id, text: 'cancelled' });
  });

  it('hands over what can be repeated when it is told to end, and ends (B17)', async () => {
    const leaving = await startWorker();
    const { id } = await operations.start(repeatable, { steps: 120, pauseMs: 50 }, owner);
    const { id: single } = await operations.start(once, { steps: 120, pauseMs: 50 }, owner);
    await eventually(() => processes.begun(id).length + processes.begun(single).length === 2);
    await startWorker();
    const toldAt = performance.now();
    leaving.kill('SIGTERM');
    const [code] = (await happens(leaving, 'exit')) as [number | null];
    expect([code, performance.now() - toldAt < 3_500]).to.deep.equal([0, true]);
    await eventually(() => processes.begun(id).length === 2);
    await eventually(async () => (await stateOf(id)) === 'succeeded');
    expect((await operations.get(single))!.error).to.include({ code: 'interrupted' });
  });

  it('ends in time although a handler goes on', async () => {
    const leaving = await startWorker();
    const { id } = await operations.start(stubborn, {}, owner);
    await eventually(() => processes.begun(id).length === 1);
    const toldAt = performance.now();
    leaving.kill('SIGTERM');
    const [code] = (await happens(leaving, 'exit')) as [number | null];
    expect(code).to.equal(0);
    expect(performance.now() - toldAt).to.be.within(2_000, 6_000);
    expect(await operations.get(id)).to.deep.include({
      state: 'failed',
      message: 'The work did not stop in time and may still be ending',
    });
  });

  it('sees the end of one operation beside 11,500 events of another (B4)', async () => {
    await startWorker();
    const { id } = await operations.start(once, { steps: 10, pauseMs: 50 }, owner);
    const seen = new Seen(operations, id);
    await eventually(() => processes.begun(id).length === 1);
    const events = '{verbena}:jobs:once:events';
    const pipeline = redis.client.pipeline();
    for (let count = 0; count < 11_500; count += 1) {
      pipeline.xadd(events, 'MAXLEN', '~', 1_000, '*', 'event', 'progress', 'jobId', 'op_other', 'data', String(count));
    }
    await pipeline.exec();
    await seen.over;
    expect(seen.last!.state).to.equal('succeeded');
  });

  it('writes the end of what finished while Redis was away, and refuses starts within a second', async () => {
    await startWorker();
    const { id } = await operations.start(once, { steps: 10, pauseMs: 50 }, owner);
    const seen = new Seen(operations, id);
    await eventually(() => processes.begun(id).length === 1);
    await redis.kill();
    const askedAt = performance.now();
    const refusal = operations.start(once, { steps: 1, pauseMs: 1 }, owner).catch((error: unknown) => error);
    expect(await refusal).to.include({ code: 'engine-away' });
    expect(performance.now() - askedAt).to.be.below(1_000);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await redis.restart();
    await seen.over;
    seen.check();
    expect(seen.last).to.deep.include({ state: 'succeeded', attempt: 1, result: 1 });
    expect(processes.begun(id)).to.have.lengthOf(1);
  });

  it('waits for a Redis that is not there yet', async () => {
    await redis.kill();
    const starting = startWorker();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await redis.restart();
    await starting;
    await eventually(isUp);
    const { id } = await operations.start(once, { steps: 1, pauseMs: 1 }, owner);
    await eventually(async () => (await stateOf(id)) === 'succeeded');
  });
});
