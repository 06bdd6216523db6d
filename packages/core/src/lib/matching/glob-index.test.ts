import { expect } from 'chai';
import fc from 'fast-check';
import { parseGlob } from './glob.js';
import { GlobIndex } from './glob-index.js';

describe('GlobIndex', () => {
  it('finds what trying each glob finds', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', 'ab', '*', '?'), minLength: 1, maxLength: 5 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 12 }), text, (patterns, candidate) => {
        const entries = patterns.map((source, index) => ({ glob: parseGlob(source), value: index }));
        const found = [...new GlobIndex(entries).find(candidate)].sort((one, other) => one - other);
        const expected = entries.filter(({ glob }) => glob.matches(candidate)).map(({ value }) => value);
        expect(found).to.deep.equal(expected);
      }),
      { numRuns: 400 },
    );
  });
});
