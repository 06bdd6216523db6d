import { type Clock, install } from '@sinonjs/fake-timers';
import { expect } from 'chai';
import { ExpiryWheel } from './expiry-wheel.js';

describe('ExpiryWheel', () => {
  let clock: Clock;
  let wheel: ExpiryWheel;

  beforeEach(() => {
    clock = install();
    wheel = new ExpiryWheel();
  });

  afterEach(() => {
    clock.uninstall();
  });

  it('gives what has expired, once', () => {
    wheel.add('a', 500);
    wheel.add('b', 1_500);
    wheel.add('c', 86_400_000);
    clock.tick(499);
    expect(wheel.takeExpired()).to.deep.equal([]);
    expect(wheel.hasExpired('a')).to.equal(false);
    clock.tick(1);
    expect(wheel.hasExpired('a')).to.equal(true);
    expect(wheel.takeExpired()).to.deep.equal(['a']);
    expect(wheel.takeExpired()).to.deep.equal([]);
    clock.tick(86_400_000);
    expect(wheel.takeExpired()).to.have.members(['b', 'c']);
  });

  it('counts anew when a key is added again, and not at all when it is removed', () => {
    wheel.add('a', 500);
    wheel.add('b', 500);
    clock.tick(400);
    wheel.add('a', 500);
    wheel.remove('b');
    clock.tick(400);
    expect(wheel.takeExpired()).to.deep.equal([]);
    clock.tick(100);
    expect(wheel.takeExpired()).to.deep.equal(['a']);
  });

  it('does not mind when the clock on the wall is set', () => {
    wheel.add('a', 60_000);
    for (const step of [3_600_000, -7_200_000]) {
      clock.setSystemTime(Date.now() + step);
      expect(wheel.takeExpired()).to.deep.equal([]);
    }
    clock.tick(60_000);
    expect(wheel.takeExpired()).to.deep.equal(['a']);
  });
});
