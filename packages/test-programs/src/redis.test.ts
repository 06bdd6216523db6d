import { expect } from 'chai';
import { Redis } from './redis.js';

describe('Redis', () => {
  let redis: Redis;

  before(async function () {
    redis = await Redis.start(this);
  });

  // Where the tests are skipped, there is none.
  after(() => (redis as Redis | undefined)?.stop());

  it('has what one store keeps in every other of the same namespace, until it is cleared', async () => {
    const [one, two, other] = [redis.store('a'), redis.store('a'), redis.store('b')];
    await one.set('key', 'value', 60_000);
    expect([await two.get('key'), await other.get('key')]).to.deep.equal(['value', undefined]);
    const [lifetimeMs, ...more] = await redis.lifetimesMs();
    expect(lifetimeMs).to.be.within(50_000, 60_000);
    expect(more).to.deep.equal([]);
    await redis.clear();
    expect([await two.get('key'), await redis.lifetimesMs()]).to.deep.equal([undefined, []]);
  });
});
