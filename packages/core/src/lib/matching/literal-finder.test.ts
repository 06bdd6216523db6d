import { expect } from 'chai';
import fc from 'fast-check';
import { LiteralFinder } from './literal-finder.js';

describe('LiteralFinder', () => {
  it('finds literals inside one another, each once', () => {
    const finder = new LiteralFinder(['he', 'she', 'his', 'hers', 'e'].map((word) => [word, word]));
    expect(finder.find('ushers and she').sort()).to.deep.equal(['e', 'he', 'hers', 'she']);
  });

  it('finds what searching for each literal finds', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('a', 'b', 'c') }),
        (words, text) => {
          const found = new LiteralFinder(words.map((literal, index) => [literal, index])).find(text);
          const expected = words.flatMap((literal, index) => (text.includes(literal) ? [index] : []));
          expect(found.sort((one, other) => one - other)).to.deep.equal(expected);
        },
      ),
    );
  });
});
