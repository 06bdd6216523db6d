import { expect } from 'chai';
import fc from 'fast-check';
import { Glob, parseGlob } from './glob.js';

const manyStars = `${'a*'.repeat(40)}!`;

/** The quickest of some runs: what else the machine does must not count. */
function quickestMs(run: () => unknown): number {
  const times = Array.from({ length: 5 }, () => {
    const begin = performance.now();
    run();
    return performance.now() - begin;
  });
  return Math.min(...times);
}

describe('parseGlob', () => {
  const fitting: readonly (readonly [pattern: string, ...texts: string[]])[] = [
    ['', ''],
    ['a.b', 'a.b'],
    ['*', '', 'a', 'a b\n'],
    ['?', 'a', '/'],
    ['a*', 'a', 'ab'],
    ['*a', 'a', 'ba', 'aa'],
    ['a*a', 'aa', 'aba', 'aaa'],
    ['*a*', 'a', 'bab'],
    ['a?c*e', 'abce', 'abcde'],
    ['*?', 'a', 'ab'],
    ['?*?', 'ab', 'abc'],
    ['*a?b*c', 'xaxaybzc'],
    ['*ab*ab', 'abab', 'ababab'],
    ['(a|b)[c]', '(a|b)[c]'],
  ];
  for (const [pattern, ...texts] of fitting) {
    it(`lets "${pattern}" fit ${JSON.stringify(texts)}`, () => {
      expect(texts.filter((text) => !parseGlob(pattern).matches(text))).to.deep.equal([]);
    });
  }

  const unfitting: readonly (readonly [pattern: string, ...texts: string[]])[] = [
    ['', 'a'],
    ['a', '', 'A', 'aa', 'a\n'],
    ['?', '', 'ab'],
    ['a*a', 'a', 'ab'],
    ['*?', ''],
    ['?*?', 'a'],
    ['*ab*ab', 'ab', 'aab', 'aba'],
    ['a?c', 'ac', 'abbc'],
    ['a|b', 'a', 'b', 'a||b'],
  ];
  for (const [pattern, ...texts] of unfitting) {
    it(`does not let "${pattern}" fit ${JSON.stringify(texts)}`, () => {
      expect(texts.filter((text) => parseGlob(pattern).matches(text))).to.deep.equal([]);
    });
  }

  it('agrees with a regular expression on small patterns', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 7 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 9 });
    fc.assert(
      fc.property(pattern, text, (source, candidate) => {
        const expression = new RegExp(`^${source.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`);
        expect(parseGlob(source).matches(candidate)).to.equal(expression.test(candidate));
      }),
      { numRuns: 1000 },
    );
  });

  it('answers in time in proportion to the text where backtracking would not end', () => {
    const text = 'a'.repeat(100_000);
    const glob = parseGlob(manyStars);
    expect(glob.matches(text)).to.equal(false);
    expect(glob.matches(`${text}b!`)).to.equal(true);
    expect(quickestMs(() => glob.matches(`${text}!b`))).to.be.below(5);
    expect(quickestMs(() => glob.matches(`${text}b!`))).to.be.below(5);
  });
});

describe('Glob', () => {
  const capture = (name: string) => ({ min: 1, open: true, name });

  it('says where its named gaps lie, each as short as it can be, from the left', () => {
    const glob = new Glob(['report-', capture('from'), '-', capture('to'), '.csv']);
    expect(glob.locate('report-a-b-c.csv')).to.deep.equal([7, 8, 9, 12]);
    expect(glob.locate('report---x.csv')).to.deep.equal([7, 8, 9, 10]);
    expect(glob.locate('report--x.csv')).to.equal(undefined);
  });

  it('takes literals that stand together, and gaps, as one', () => {
    const split = new Glob(['a', 'b', { min: 1, open: false }, { min: 0, open: true }]);
    expect(split.canonical).to.equal(parseGlob('ab*?').canonical);
  });

  it('does not take a star in literal text for a gap', () => {
    expect(new Glob(['a*']).kind).to.equal('literal');
    expect(new Glob(['a*']).canonical).not.to.equal(parseGlob('a*').canonical);
  });
});
