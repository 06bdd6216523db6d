import { expect } from 'chai';
import { medianOf, spreadOf } from './spread.mjs';

describe('spreadOf', () => {
  it('keeps the middle and both ends', () => {
    expect(spreadOf([0.95, 0.9, 0.9])).to.deep.equal({ median: 0.9, lowest: 0.9, highest: 0.95 });
  });
});

describe('medianOf', () => {
  it('is the middle, or between the two in the middle', () => {
    expect(medianOf([10, 1, 2])).to.equal(2);
    expect(medianOf([10, 1, 2, 4])).to.equal(3);
  });
});
