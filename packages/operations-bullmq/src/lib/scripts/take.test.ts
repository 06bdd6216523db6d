import { expect } from 'chai';
import { Drivers, newRecord } from '../driver.test-support.js';
import { RedisServer } from '../redis-server.test-support.js';
import { renewScript, takeScript } from './take.js';

const tag = '{verbena}';
const queue = `${tag}:jobs:count`;

describe('takeScript and renewScript', () => {
  let redis: RedisServer;
  let id: string;
  let lock: string;
  const drivers = new Drivers();

  before(async function () {
    redis = await RedisServer.start(this);
  });

  beforeEach(async () => {
    const record = newRecord();
    id = record.id;
    lock = `${queue}:${id}:lock`;
    await (await drivers.open(redis)).store.create(record, { input: '1' });
    await redis.client.set(lock, 'mine', 'PX', 60_000);
    await redis.client.lpush(`${queue}:active`, id);
  });

  afterEach(async () => {
    await drivers.close();
    await redis.clear();
  });

  after(() => (redis as RedisServer | undefined)?.stop());

  const take = (token: string, operation = id) => takeScript.run(redis.client, tag, operation, [lock, token]);
  const renew = (token: string, number: number) =>
    renewScript.run(redis.client, tag, '', [4_000, lock, token, id, number, queue]);

  it('give numbers that grow, to the holder of the lock alone', async () => {
    expect(await take('mine')).to.equal(1);
    // It stood still before it took, and another has the job by now.
    expect(await take('late')).to.equal(-1);
    expect(await take('mine')).to.equal(2);
  });

  it('give no number for what is over, or was never there', async () => {
    await redis.client.hset(`${tag}:operation:${id}`, 'state', 'cancelled');
    expect([await take('mine'), await take('mine', 'op_unknown')]).to.deep.equal([0, 0]);
  });

  it('renew a lock that is held, and take it off the list of those that may have stalled', async () => {
    await take('mine');
    await redis.client.sadd(`${queue}:stalled`, id);
    expect(await renew('mine', 1)).to.deep.equal([]);
    expect(await redis.client.pttl(lock)).to.be.within(3_000, 4_000);
    expect(await redis.client.scard(`${queue}:stalled`)).to.equal(0);
  });

  it('set a lock anew that ran out while nobody took the job', async () => {
    await take('mine');
    await redis.client.del(lock);
    expect(await renew('mine', 1)).to.deep.equal([]);
    expect(await redis.client.get(lock)).to.equal('mine');
  });

  it('tell what is lost: to another, to a later attempt, or with the job', async () => {
    await take('mine');
    expect(await renew('other', 1)).to.deep.equal(['other']);
    expect(await renew('mine', 2)).to.deep.equal(['mine']);
    await redis.client.del(lock, `${queue}:active`);
    expect(await renew('mine', 1)).to.deep.equal(['mine']);
    expect(await redis.client.exists(lock)).to.equal(0);
  });
});
