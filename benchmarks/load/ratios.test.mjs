import { expect } from 'chai';
import { medianOf, ratioOf } from './ratios.mjs';

describe('ratioOf', () => {
  it('compares within rounds, so that a slow round counts for neither', () => {
    expect(ratioOf([90, 9, 95], [100, 10, 100])).to.deep.equal({ median: 0.9, lowest: 0.9, highest: 0.95 });
  });
});

describe('medianOf', () => {
  it('is the middle, or between the two in the middle', () => {
    expect(medianOf([10, 1, 2])).to.equal(2);
    expect(medianOf([10, 1, 2, 4])).to.equal(3);
  });
});
