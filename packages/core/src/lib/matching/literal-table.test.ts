import { expect } from 'chai';
import fc from 'fast-check';
import { foldCase } from './fold-case.js';
import { LiteralTable, NO_LITERAL } from './literal-table.js';

describe('LiteralTable', () => {
  it('tells the number of a literal and where the segment ends', () => {
    const table = new LiteralTable(['users', 'me', ''], false);
    expect(table.read('/users/me', 1, 9)).to.equal(0);
    expect(table.segmentEnd).to.equal(6);
    expect(table.read('/users/me', 7, 9)).to.equal(1);
    expect(table.segmentEnd).to.equal(9);
    expect(table.read('/users/you', 7, 10)).to.equal(NO_LITERAL);
    expect(table.segmentEnd).to.equal(10);
    expect(table.read('//', 1, 1)).to.equal(2);
  });

  it('takes capital letters for small ones only when case is ignored', () => {
    expect(new LiteralTable(['users'], true).read('USERS', 0, 5)).to.equal(0);
    expect(new LiteralTable(['users'], false).read('USERS', 0, 5)).to.equal(NO_LITERAL);
    expect(new LiteralTable(['Users', 'uSers'], false).read('uSers', 0, 5)).to.equal(1);
  });

  it('does not take other signs for letters, though they differ by as much as letter cases do', () => {
    const table = new LiteralTable(['a{b', 'a`b', 'a7b'], true);
    for (const text of ['a[b', 'a@b', 'a\u0017b']) expect(table.read(text, 0, 3), text).to.equal(NO_LITERAL);
  });

  it('tells whether one literal stands in a text', () => {
    const table = new LiteralTable(['me', 'k\u00e9'], true);
    expect(table.standsAt(0, '/ME/x', 1, 3)).to.equal(true);
    for (const text of ['/my', '/Mm', '/nE']) expect(table.standsAt(0, text, 1, 3), text).to.equal(false);
    expect(table.standsAt(1, '/\u212a\u00c9', 1, 3)).to.equal(true);
    expect(new LiteralTable(['me'], false).standsAt(0, 'mE', 0, 2)).to.equal(false);
  });

  it('finds what a Map of folded segments finds', () => {
    const letter = fc.constantFrom(
      'a',
      'A',
      'b',
      'k',
      'K',
      '\u212a',
      '\u00e9',
      '\u00c9',
      '[',
      '{',
      '-',
      '\u0130',
      '\u03a3',
    );
    const word = fc.string({ unit: letter, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(word), fc.array(word), fc.boolean(), (words, segments, ignoresCase) => {
        const { literals, table } = tableOf(words, ignoresCase);
        for (const segment of [...words, ...segments]) {
          const expected = literals.indexOf(table.fold(segment));
          expect(table.read(`/${segment}/`, 1, segment.length + 1)).to.equal(expected);
          expect(table.segmentEnd).to.equal(segment.length + 1);
          expect(table.numberOf(segment)).to.equal(expected);
          const fitting = literals.filter(
            ({ length }, number) => length === segment.length && table.standsAt(number, `/${segment}/`, 1, length + 1),
          );
          expect(fitting).to.deep.equal(expected < 0 ? [] : [literals[expected]]);
        }
      }),
      { numRuns: 400 },
    );
  });
});

function tableOf(words: readonly string[], ignoresCase: boolean): { literals: string[]; table: LiteralTable } {
  const literals = [...new Set(words.map((word) => (ignoresCase ? foldCase(word) : word)))];
  return { literals, table: new LiteralTable(literals, ignoresCase) };
}
