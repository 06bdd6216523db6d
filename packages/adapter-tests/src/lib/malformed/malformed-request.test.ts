import { expect } from 'chai';
import { malformedRequest } from './malformed-request.js';

const thousand = Array.from({ length: 1000 }, (_, number) => malformedRequest(number));

describe('malformedRequest', () => {
  it('is the same each time it is asked for, whatever was asked for before', () => {
    for (const number of [999, 0, 437]) expect(malformedRequest(number)).to.deep.equal(thousand[number]);
  });

  it('is another for another number or another seed', () => {
    const texts = new Set(thousand.map(({ pieces }) => pieces.join('')));
    expect(texts.size).to.be.above(900);
    expect(malformedRequest(1, 2)).not.to.deep.equal(malformedRequest(1, 3));
  });

  it('is made of bytes, in one piece or several, and says what is wrong with it', () => {
    for (const { faults, pieces } of thousand) {
      expect(faults).not.to.deep.equal([]);
      expect(pieces.join('')).to.match(/^[\0-\xff]*$/);
    }
    expect(thousand.map(({ pieces }) => pieces.length)).to.include.members([1, 2, 3, 4]);
  });

  it('shows every fault often enough to be met', () => {
    const counts = new Map<string, number>();
    for (const { faults } of thousand) for (const fault of faults) counts.set(fault, (counts.get(fault) ?? 0) + 1);
    expect(counts.size).to.be.above(20);
    for (const [fault, count] of counts) expect(count, fault).to.be.above(20);
  });
});
