import type { OperationRecord, OperationStore, Tombstone } from '@verbena/operations/driver';
import { expect } from 'chai';
import { bullmq } from './driver.js';
import { Drivers, eventually, newRecord } from './driver.test-support.js';
import { RedisServer } from './redis-server.test-support.js';

describe('bullmq().store', () => {
  let redis: RedisServer;
  let store: OperationStore;
  const drivers = new Drivers();

  before(async function () {
    redis = await RedisServer.start(this);
  });

  beforeEach(async () => {
    ({ store } = await drivers.open(redis));
  });

  afterEach(async () => {
    await drivers.close();
    await redis.clear();
  });

  after(() => (redis as RedisServer | undefined)?.stop());

  async function create(change: Partial<OperationRecord> = {}): Promise<OperationRecord> {
    const record = newRecord(change);
    await store.create(record, { input: '{"rows":3}' });
    return record;
  }

  async function end({ id, retentionMs }: OperationRecord): Promise<void> {
    const endedAt = Date.now();
    await store.transition(id, { attempt: 1, from: ['queued'], to: 'running', patch: { startedAt: endedAt } });
    const patch = { endedAt, expiresAt: endedAt + retentionMs };
    await store.transition(id, { attempt: 1, from: ['running'], to: 'succeeded', patch });
  }

  it('gives back each member of a record as it was given', async () => {
    const record = newRecord({
      message: 'line\r\nbreak \u0000 \u{1F4A9}',
      progress: { value: null, done: 3, total: 7, children: [{ name: 'a', weight: 1, value: 0.5 }] },
      error: { type: 'urn:x', title: 'T', code: 'threw' },
      cancelRequestedAt: 1,
      startedAt: 2,
      endedAt: 3,
      expiresAt: 4,
      heartbeatAt: 5,
      result: 'null',
      resultRef: 'r',
      idemKey: 'k',
      fingerprint: 'f',
      cancellable: false,
    });
    await store.create(record, { input: '1' });
    expect(await store.read(record.id)).to.deep.equal(record);
  });

  it('reads any number of operations with one command: each that is watched is read with every report', async () => {
    const records = await Promise.all([create(), create()]);
    const ids = [...records.map(({ id }) => id), 'op_unknown'];
    await redis.client.config('RESETSTAT');
    expect(await store.readMany(ids)).to.deep.equal([...records, undefined]);
    const { calls } =
      /cmdstat_eval(sha)?:calls=(?<calls>\d+)/.exec(await redis.client.info('commandstats'))?.groups ?? {};
    expect(calls).to.equal('1');
  });

  it('knows nothing of ids nobody made, whatever they look like (B12)', async () => {
    await create();
    const ids = ['7', 'a:b:c', '../x', '\0', '__proto__', 'constructor', 'x'.repeat(10_000), '\r\nSET a b', '{other}'];
    for (const id of ids) {
      expect(await store.read(id)).to.equal(undefined);
      expect(await store.requestCancel(id)).to.equal(undefined);
      expect(await store.report(id, 1, { value: 0.5 })).to.equal(undefined);
      expect(await store.forget(id)).to.equal(false);
    }
    expect(await redis.client.keys('*')).to.have.lengthOf(7);
  });

  it('keeps what has ended as long as it says, by the clock of Redis, and its tombstone as long again (B13)', async () => {
    const record = await create({ idemKey: 'key', retentionMs: 300 });
    await store.appendLog(record.id, 0, ['a line']);
    await store.saveCheckpoint(record.id, 0, '1');
    await end(record);
    await eventually(async () => !('state' in (await store.read(record.id))!));
    const { owner, forgottenAt } = (await store.read(record.id)) as Tombstone;
    expect(owner).to.equal(record.owner);
    expect(forgottenAt).to.be.closeTo(Date.now(), 200);
    await eventually(async () => (await store.read(record.id)) === undefined);
    await store.due();
    expect(await redis.client.keys('*')).to.deep.equal(['{verbena}:created']);
  });

  it('forgets in one sweep whatever has expired until then, however much', async () => {
    const ids = Array.from({ length: 1_200 }, (_, index) => `op_${index}`);
    await redis.client.zadd('{verbena}:finished', ...ids.flatMap((id) => [1, `${id} owner-1`]));
    await redis.client.zadd('{verbena}:owner:owner-1', ...ids.flatMap((id, index) => [index, id]));
    await store.due();
    expect(await redis.client.keys('*')).to.deep.equal([]);
  });

  it('keeps an unfinished operation without an end', async () => {
    const { id } = await create({ retentionMs: 1 });
    await store.transition(id, { attempt: 1, from: ['queued'], to: 'running', patch: {} });
    const lifetimes = await Promise.all((await redis.client.keys('*')).map((key) => redis.client.pttl(key)));
    expect(new Set(lifetimes)).to.deep.equal(new Set([-1]));
  });

  it('drops the input of what has ended, and keeps the record', async () => {
    const record = await create();
    expect(await store.input(record.id)).to.equal('{"rows":3}');
    await end(record);
    expect(await store.input(record.id)).to.equal(undefined);
    expect(await store.read(record.id)).to.include({ state: 'succeeded', seq: 3 });
  });

  it('changes nothing that has ended, whatever it is asked to leave', async () => {
    const record = await create();
    await end(record);
    const change = { attempt: 2, from: ['succeeded'], to: 'failed', patch: {} } as const;
    expect(await store.transition(record.id, change)).to.equal(undefined);
    expect(await store.read(record.id)).to.include({ state: 'succeeded', attempt: 1, seq: 3 });
  });

  it('lets no earlier attempt write after a later one has begun (B1)', async () => {
    const { id } = await create();
    await store.transition(id, { attempt: 1, from: ['queued'], to: 'running', patch: {} });
    await store.transition(id, { attempt: 2, from: ['running'], to: 'running', patch: {} });
    await store.report(id, 2, { value: 0.1 });
    expect(await store.report(id, 1, { value: 0.9 })).to.equal(undefined);
    expect(await store.saveCheckpoint(id, 1, '9')).to.equal(false);
    await store.appendLog(id, 1, ['late']);
    expect(await store.transition(id, { attempt: 1, from: ['running'], to: 'failed', patch: {} })).to.equal(undefined);
    expect(await store.read(id)).to.deep.include({ state: 'running', attempt: 2, progress: { value: 0.1 } });
    expect(await store.lastCheckpoint(id)).to.equal(undefined);
    expect(await store.readLog(id)).to.deep.equal([]);
  });

  it('starts once for a key, also when 200 ask at once over three connections', async () => {
    const stores = [store, (await drivers.open(redis)).store, (await drivers.open(redis)).store];
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        stores[index % 3]!.create(newRecord({ idemKey: 'key', fingerprint: 'f' }), { input: '1', perOwnerLimit: 1 }),
      ),
    );
    const count = (outcome: string) => answers.filter((answer) => answer.outcome === outcome).length;
    expect([count('created'), count('replayed')]).to.deep.equal([1, 199]);
    expect(new Set(answers.map((answer) => 'record' in answer && answer.record.id))).to.have.lengthOf(1);
  });

  it('lists page by page what an owner has, newest first, without what has expired', async () => {
    const records: OperationRecord[] = [];
    for (let at = 0; at < 7; at += 1) records.push(await create({ kind: at % 3 ? 'a' : 'b' }));
    await create({ owner: 'owner-2' });
    const gone = records.pop()!;
    await redis.client.del(`{verbena}:operation:${gone.id}`);
    const ids: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await store.listByOwner('owner-1', { limit: 2, ...(cursor !== undefined && { cursor }) });
      ids.push(...page.records.map(({ id }) => id));
      cursor = page.next;
      pages += 1;
    } while (cursor !== undefined);
    expect(ids).to.deep.equal(records.reverse().map(({ id }) => id));
    expect(pages).to.equal(3);
    expect((await store.listByOwner('owner-1', { limit: 50, kind: 'b' })).records).to.have.lengthOf(2);
    expect((await store.listByOwner('owner-1', { limit: 50, cursor: 'garbage' })).records).to.have.lengthOf(6);
  });

  it('says within a second that Redis is away, when it is gone and when it stands still (B14)', async () => {
    const { id } = await create();
    const refused = async (ask: () => Promise<unknown>) => {
      const begun = performance.now();
      expect(await ask().catch((error: unknown) => error)).to.include({ code: 'engine-away' });
      expect(performance.now() - begun).to.be.below(1_000);
    };
    redis.signal('SIGSTOP');
    await refused(() => store.create(newRecord(), { input: '1' }));
    await refused(() => store.readMany([id, 'op_unknown']));
    redis.signal('SIGCONT');
    await redis.kill();
    await refused(() => store.create(newRecord(), { input: '1' }));
    await refused(() => store.read(id));
    await redis.restart();
    await eventually(() =>
      store.read(id).then(
        (record) => record !== undefined,
        () => false,
      ),
    );
  });

  it('says that Redis cannot be reached when it begins without one', async () => {
    const driver = bullmq({ connection: { path: '/nowhere/redis' }, connectMs: 100 });
    const error = await driver.start().catch((reason: unknown) => reason as Error);
    expect(error).to.include({ code: 'engine-away' });
    expect((error as Error).message).to.match(/^Redis cannot be reached to begin: connect ENOENT/);
  });

  it('warns of a Redis that may lose what it holds, and is silent about one that does not', async () => {
    expect(drivers.warnings).to.deep.equal([]);
    await redis.client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await redis.client.config('SET', 'appendonly', 'no');
    await drivers.open(redis);
    await redis.client.config('SET', 'maxmemory-policy', 'noeviction');
    await redis.client.config('SET', 'appendonly', 'yes');
    expect(drivers.warnings).to.have.lengthOf(2);
    expect(drivers.warnings[0]).to.include('its maxmemory-policy is allkeys-lru; set it to noeviction');
    expect(drivers.warnings[1]).to.include('keeps no append-only file');
  });

  it('keeps all that belongs together on one node of a cluster', async function () {
    const cluster = await RedisServer.start(this, '--cluster-enabled', 'yes');
    try {
      await cluster.client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
      await eventually(async () => String(await cluster.client.call('CLUSTER', 'INFO')).includes('cluster_state:ok'));
      const driver = await drivers.open(cluster);
      const record = newRecord({ idemKey: 'key' });
      await driver.store.create(record, { input: '1', perOwnerLimit: 1 });
      await driver.queue.enqueue(record.id, { kind: record.kind });
      expect(await driver.queue.remove(record.id)).to.equal(true);
      expect(await driver.store.requestCancel(record.id)).to.include({ state: 'cancelled' });
      expect(await driver.store.forget(record.id)).to.equal(true);
      const slots = (await cluster.client.keys('*')).map((key) => cluster.client.cluster('KEYSLOT', key));
      expect(new Set(await Promise.all(slots))).to.have.lengthOf(1);
    } finally {
      await drivers.close();
      await cluster.stop();
    }
  });

  it('shares a Redis with others of another prefix', async () => {
    const { id } = await create();
    const other = await drivers.open(redis, { prefix: 'other' });
    expect(await other.store.read(id)).to.equal(undefined);
    expect(() => bullmq({ connection: redis.connection, prefix: 'a{b}' })).to.throw(
      RangeError,
      'A prefix is 1 to 100 characters',
    );
  });
});
