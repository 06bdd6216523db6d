import { expect } from 'chai';
import { backoffMs, retryAfterMs } from './backoff.js';

describe('backoffMs', () => {
  const many = (failures: number): number[] => Array.from({ length: 2_000 }, () => backoffMs(failures));

  it('spreads over everything up to its bound', () => {
    const waits = many(1);
    expect(Math.min(...waits)).to.be.below(50);
    expect(Math.max(...waits)).to.be.within(450, 500);
  });

  it('doubles its bound from half a second to thirty seconds', () => {
    expect(Math.max(...many(2))).to.be.within(900, 1_000);
    expect(Math.max(...many(6))).to.be.within(14_400, 16_000);
    expect(Math.max(...many(60))).to.be.within(27_000, 30_000);
  });
});

describe('retryAfterMs', () => {
  it('reads seconds, and takes anything else for nothing', () => {
    const asked = (value?: string): number =>
      retryAfterMs(new Response(null, { headers: value === undefined ? {} : { 'retry-after': value } }));
    expect(asked('5')).to.equal(5_000);
    expect(asked()).to.equal(0);
    expect(asked('Wed, 21 Oct 2026 07:28:00 GMT')).to.equal(0);
  });
});
