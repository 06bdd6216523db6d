import { expect } from 'chai';
import { Glob, parseGlob } from './glob.js';
import { SegmentAutomaton, type SegmentState } from './segment-automaton.js';

type Names = { readonly names: readonly string[] };

/** An automaton for patterns such as `a/*`, a closing `...` making them open, and lower-casing paths. The outcome is the patterns that hold. */
function automatonOf(patterns: readonly string[]): SegmentAutomaton<string, Names> {
  const rules = patterns.map((rule) => ({
    segments: rule
      .split('/')
      .filter((segment) => segment !== '...')
      .map(parseGlob),
    open: rule.endsWith('...'),
    rule,
  }));
  return new SegmentAutomaton(
    rules,
    (segment) => segment.toLowerCase(),
    (names): Names => ({ names: [...names].sort() }),
  );
}

function holding(patterns: readonly string[], text: string): readonly string[] {
  return automatonOf(patterns).read(`/${text}/`, 1, 1 + text.length).names;
}

describe('SegmentAutomaton', () => {
  it('tells all rules that hold, literal, mixed and any at once', () => {
    const patterns = ['a/b.x', '*/b.x', 'a/*.x', '*/b*', 'a/*', 'a', 'a/b.x/c'];
    expect(holding(patterns, 'a/b.x')).to.deep.equal(['*/b*', '*/b.x', 'a/*', 'a/*.x', 'a/b.x']);
    expect(holding(patterns, 'z/b.x')).to.deep.equal(['*/b*', '*/b.x']);
    expect(holding(patterns, 'a')).to.deep.equal(['a']);
    expect(holding(patterns, 'z')).to.deep.equal([]);
  });

  it('folds segments before it compares them', () => {
    expect(holding(['a.x'], 'A.X')).to.deep.equal(['a.x']);
    expect(holding(['a.x', 'b', 'b*', '*.x'], 'A.X')).to.deep.equal(['*.x', 'a.x']);
    expect(holding(['a*'], 'AB')).to.deep.equal(['a*']);
  });

  it('does not take two segments for one of the same length', () => {
    expect(holding(['a.x', '*'], 'a/x')).to.deep.equal([]);
    expect(holding(['a.x', '*/x'], 'a/x')).to.deep.equal(['*/x']);
  });

  it('keeps to open rules whatever follows', () => {
    const patterns = ['a/...', 'a/b/...', 'a/b'];
    expect(holding(patterns, 'a')).to.deep.equal(['a/...']);
    expect(holding(patterns, 'a/b')).to.deep.equal(['a/...', 'a/b', 'a/b/...']);
    expect(holding(patterns, 'a/b/c/d')).to.deep.equal(['a/...', 'a/b/...']);
    expect(holding(patterns, 'b')).to.deep.equal([]);
  });

  it('tells an empty segment from any other', () => {
    expect(holding(['*', '?', ''], '')).to.deep.equal(['', '*']);
    expect(holding(['a', '?*'], '')).to.deep.equal([]);
    expect(holding(['a', '?*'], 'b')).to.deep.equal(['?*']);
  });

  it('reads from the right as well', () => {
    const automaton = automatonOf(['x.a/b/...', '*.a/...']);
    expect(automaton.readBackwards('z/b/x.a').names).to.deep.equal(['*.a/...', 'x.a/b/...']);
    expect(automaton.readBackwards('x.a').names).to.deep.equal(['*.a/...']);
  });

  it('reads a part of a text', () => {
    expect(automatonOf(['a/b', 'a/bc', 'z']).read('z/a/bc/d', 2, 5).names).to.deep.equal(['a/b']);
  });

  it('reads segments that contain slashes when they are given one by one', () => {
    const automaton = new SegmentAutomaton(
      [{ segments: [new Glob(['a/b']), parseGlob('*')], open: false, rule: 'it' }],
      (segment) => segment,
      (names): Names => ({ names }),
    );
    expect(automaton.outcomeOf(['a/b', 'c/d']).names).to.deep.equal(['it']);
    expect(automaton.outcomeOf(['a', 'b', 'c']).names).to.deep.equal([]);
    expect(automaton.read('a/b/c', 0, 5).names).to.deep.equal([]);
  });

  it('is final as soon as nothing can change', () => {
    const { start } = automatonOf(['a/b', 'c/...']);
    expect(start.isFinal).to.equal(false);
    expect(start.follow('a', 0, 1).isFinal).to.equal(false);
    expect(start.follow('c', 0, 1).isFinal).to.equal(true);
    expect(start.follow('z', 0, 1).isFinal).to.equal(true);
  });

  it('does not tell apart segments that no rule tells apart, so that requests cannot fill the memory', () => {
    const { start } = automatonOf(['a/b', '*/c', '*.x/d', 'b/*']);
    expect(start.follow('u', 0, 1)).to.equal(start.follow('v', 0, 1));
    expect(start.follow('u.x', 0, 3)).to.equal(start.follow('v.x', 0, 3));
    expect(start.follow('u', 0, 1)).not.to.equal(start.follow('u.x', 0, 3));
    expect(start.follow('u/v', 0, 3).follow('w', 0, 1)).to.equal(start.follow('w', 0, 1).follow('u', 0, 1));
  });

  it('stays right where overlapping rules would need more states than it keeps', () => {
    const depth = 14;
    const patterns = Array.from({ length: depth }, (_, index) => {
      const segments = Array.from({ length: depth }, () => '*');
      segments[index] = 'a';
      return segments.join('/');
    });
    let visited = 0;
    const visit = (state: SegmentState<string, Names>, text: string): void => {
      if (text.length < depth) {
        visit(state.follow('a', 0, 1), `${text}a`);
        visit(state.follow('z', 0, 1), `${text}z`);
        return;
      }
      visited++;
      const expected = patterns.filter((_pattern, index) => text.charAt(index) === 'a').sort();
      if (state.outcome.names.join() !== expected.join()) expect(state.outcome.names).to.deep.equal(expected);
    };
    visit(automatonOf(patterns).start, '');
    expect(visited).to.equal(2 ** depth);
  });

  it('keeps fewer states the more each of them holds', () => {
    const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
    const patterns = letters.flatMap((first) => letters.map((second) => `*${first}*${second}*/end`));
    const { start } = automatonOf(patterns);
    // The alphabet in other orders: of each two patterns with the same letters, one fits.
    const segments = Array.from({ length: 1000 }, (_, seed) =>
      letters.toSorted((one, other) => orderOf(one, seed) - orderOf(other, seed)).join(''),
    );
    const after = (segment: string): unknown => start.follow(segment, 0, segment.length);
    const isKept = segments.map((segment) => after(segment) === after(segment));
    expect(isKept[0]).to.equal(true);
    expect(isKept).to.include(false);
  });
});

function orderOf(letter: string, seed: number): number {
  return Math.sin(letter.charCodeAt(0) * (seed + 1));
}
