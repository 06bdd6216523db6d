import { type Clock, install } from '@sinonjs/fake-timers';
import { expect } from 'chai';
import { Pacer } from './pacer.js';

describe('Pacer', () => {
  let clock: Clock;
  let flushes: number[];
  let inFlight: (() => void)[];

  beforeEach(() => {
    clock = install();
    flushes = [];
    inFlight = [];
  });

  afterEach(() => {
    clock.uninstall();
  });

  function quick(): Pacer {
    return new Pacer(async () => {
      flushes.push(clock.now);
    });
  }

  it('flushes the first at once, and the last of many after the interval', async () => {
    const pacer = quick();
    pacer.touch();
    pacer.touch();
    await clock.tickAsync(0);
    expect(flushes).to.deep.equal([0]);
    for (let time = 0; time < 150; time += 10) {
      pacer.touch();
      await clock.tickAsync(10);
    }
    expect(flushes).to.deep.equal([0]);
    await clock.tickAsync(1_000);
    expect(flushes).to.deep.equal([0, 200]);
    pacer.touch();
    await clock.tickAsync(0);
    expect(flushes).to.deep.equal([0, 200, 1150]);
  });

  it('flushes five times in a second at most', async () => {
    const pacer = quick();
    for (let time = 0; time < 10_000; time += 1) {
      pacer.touch();
      await clock.tickAsync(1);
    }
    expect(flushes.length).to.be.within(49, 51);
  });

  it('never flushes twice at once, and leaves nothing out', async () => {
    const pacer = new Pacer(() => {
      flushes.push(clock.now);
      return new Promise((resolve) => inFlight.push(resolve));
    });
    pacer.touch();
    await clock.tickAsync(0);
    pacer.touch();
    await clock.tickAsync(5_000);
    expect(flushes).to.deep.equal([0]);
    inFlight.shift()?.();
    await clock.tickAsync(0);
    expect(flushes).to.deep.equal([0, 5_000]);
  });

  it('flushes no more once it is stopped', async () => {
    const pacer = quick();
    pacer.touch();
    pacer.stop();
    pacer.touch();
    await clock.tickAsync(1_000);
    expect(flushes).to.deep.equal([]);
    expect(clock.countTimers()).to.equal(0);
  });
});
