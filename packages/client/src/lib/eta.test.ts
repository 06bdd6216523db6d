import { expect } from 'chai';
import { createEta, isMeasured } from './eta.js';

/** An estimate that was told a value each second. */
function etaAfter(...values: readonly number[]): ReturnType<typeof createEta> {
  const eta = createEta();
  values.forEach((value, second) => eta.add(value, second * 1000));
  return eta;
}

const steadily = (seconds: number, perSecond: number): number[] =>
  Array.from({ length: seconds + 1 }, (_, second) => second * perSecond);

describe('createEta', () => {
  it('knows the end of steady work', () => {
    expect(etaAfter(...steadily(20, 0.01)).remainingMs(20_000)).to.be.closeTo(80_000, 1);
  });

  it('says nothing before five seconds, three samples and two per cent', () => {
    expect(etaAfter(...steadily(4, 0.01)).remainingMs(4_000)).to.equal(undefined);
    expect(etaAfter(...steadily(5, 0.01)).remainingMs(5_000)).to.be.a('number');
    expect(etaAfter(0, 0.5).remainingMs(6_000)).to.equal(undefined);
    expect(etaAfter(...steadily(10, 0.001)).remainingMs(10_000)).to.equal(undefined);
  });

  it('counts from where it began to look, when that was in the middle', () => {
    const eta = etaAfter(...steadily(10, 0.01).map((value) => value + 0.6));
    expect(eta.remainingMs(10_000)).to.be.closeTo(30_000, 1);
  });

  it('grows while nothing arrives', () => {
    const eta = etaAfter(...steadily(20, 0.01));
    const [now, later, muchLater] = [20_000, 30_000, 60_000].map((ms) => eta.remainingMs(ms) ?? 0);
    expect(later).to.be.above(now ?? 0);
    expect(muchLater).to.be.above((later ?? 0) * 2);
  });

  it('gives a change of pace half its weight after fifteen seconds', () => {
    const eta = createEta();
    let value = 0;
    for (let second = 0; second <= 600; second += 1) eta.add((value += 0.0002), second * 1000);
    for (let second = 601; second <= 615; second += 1) eta.add((value += 0.0004), second * 1000);
    const rate = (1 - value) / ((eta.remainingMs(615_000) ?? 0) / 1000);
    expect(rate).to.be.closeTo(0.0003, 0.00001);
  });

  it('is not thrown off by samples that do not move', () => {
    const eta = etaAfter(...steadily(20, 0.01));
    eta.add(0.2, 30_000);
    expect(eta.remainingMs(30_000)).to.be.above(80_000).and.below(200_000);
  });
});

describe('isMeasured', () => {
  it('holds when the amount is known in all parts', () => {
    const part = { name: 'read', weight: 1, value: 0.5 };
    expect(isMeasured({ value: 0.5 })).to.equal(true);
    expect(isMeasured({ value: 0.5, children: [part] })).to.equal(true);
    expect(isMeasured({ value: null })).to.equal(false);
    expect(isMeasured({ value: 0.5, children: [{ ...part, children: [{ ...part, value: null }] }] })).to.equal(false);
  });
});
