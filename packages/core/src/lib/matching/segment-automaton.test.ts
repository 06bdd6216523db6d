import { expect } from 'chai';
import fc from 'fast-check';
import { Glob, parseGlob } from './glob.js';
import { SegmentAutomaton, UNREAD } from './segment-automaton.js';
import type { SegmentState } from './segment-state.js';

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
  return new SegmentAutomaton(rules, true, (names): Names => ({ names: [...names].sort() }));
}

function holding(patterns: readonly string[], text: string): readonly string[] {
  return read(automatonOf(patterns), `/${text}/`, 1, 1 + text.length).names;
}

/** What holds for a part of a text, read as such; segment by segment where it has to be. */
function read(automaton: SegmentAutomaton<string, Names>, text: string, start: number, end: number): Names {
  const place = automaton.read(text, start, end);
  return place === UNREAD ? automaton.outcomeOf(text.slice(start, end).split('/')) : automaton.outcomeAt(place);
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
    expect(read(automatonOf(['a/b', 'a/bc', 'z']), 'z/a/bc/d', 2, 5).names).to.deep.equal(['a/b']);
  });

  it('reads segments that contain slashes when they are given one by one', () => {
    const automaton = new SegmentAutomaton(
      [{ segments: [new Glob(['a/b']), parseGlob('*')], open: false, rule: 'it' }],
      false,
      (names): Names => ({ names }),
    );
    expect(automaton.outcomeOf(['a/b', 'c/d']).names).to.deep.equal(['it']);
    expect(automaton.outcomeOf(['a', 'b', 'c']).names).to.deep.equal([]);
    expect(read(automaton, 'a/b/c', 0, 5).names).to.deep.equal([]);
  });

  it('holds the same for a text, however often it is read, as for its segments one by one', () => {
    const piece = fc.constantFrom('a', 'ab', 'b', 'c', 'd', 'e', 'f', 'k', 'é', '', '*', '?*', 'a*', '*b', '*é*');
    const pattern = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('/'));
    const patterns = fc.array(fc.tuple(pattern, fc.constantFrom('', '', '/...')).map((ends) => ends.join('')));
    // The Kelvin sign, written last here, is a capital k.
    const segment = fc.constantFrom(
      'a',
      'A',
      'aB',
      'ab',
      'B',
      'c',
      'd',
      'E',
      'F',
      'z',
      'é',
      'É',
      'k',
      'K',
      '\u212a',
      '',
    );
    const texts = fc.array(fc.array(segment, { minLength: 1, maxLength: 5 }), { maxLength: 12 });
    fc.assert(
      fc.property(patterns, texts, (given, asked) => {
        const automaton = automatonOf([...new Set(given)]);
        for (const segments of [...asked, ...asked]) {
          const text = segments.join('/');
          const expected = automaton.outcomeOf(segments);
          expect(read(automaton, `/${text}`, 1, 1 + text.length)).to.equal(expected);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('tells where the segments end that it read', () => {
    const automaton = automatonOf(['api/v1/*/notes/*', 'api/v1/a', 'api/v1/b', 'api/v1/c', 'api/v1/d', 'api/v1/e*']);
    for (const text of ['api/v1/7/notes/12', 'API/V1/d/notes/', 'api/v1/ef/notes/1', 'api/v1/7/notes/12']) {
      automaton.read(`/${text}`, 1, 1 + text.length);
      const segments = text.split('/');
      const ends = segments.map((_segment, index) => segments.slice(0, index + 1).join('/').length + 1);
      expect(Array.from({ length: 5 }, (_, index) => automaton.segmentEnds[index])).to.deep.equal(ends);
    }
  });

  it('is final as soon as nothing can change', () => {
    const { start } = automatonOf(['a/b', 'c/...']);
    expect(start.isFinal).to.equal(false);
    expect(start.follow('a').isFinal).to.equal(false);
    expect(start.follow('c').isFinal).to.equal(true);
    expect(start.follow('z').isFinal).to.equal(true);
  });

  it('does not tell apart segments that no rule tells apart, so that requests cannot fill the memory', () => {
    const { start } = automatonOf(['a/b', '*/c', '*.x/d', 'b/*']);
    expect(start.follow('u')).to.equal(start.follow('v'));
    expect(start.follow('u.x')).to.equal(start.follow('v.x'));
    expect(start.follow('u')).not.to.equal(start.follow('u.x'));
    expect(start.follow('u/v').follow('w')).to.equal(start.follow('w').follow('u'));
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
        visit(state.follow('a'), `${text}a`);
        visit(state.follow('z'), `${text}z`);
        return;
      }
      visited++;
      const expected = patterns.filter((_pattern, index) => text.charAt(index) === 'a').sort();
      if (state.outcome.names.join() !== expected.join()) expect(state.outcome.names).to.deep.equal(expected);
    };
    const automaton = automatonOf(patterns);
    visit(automaton.start, '');
    expect(visited).to.equal(2 ** depth);
    for (const letters of ['z'.repeat(depth), `${'az'.repeat(5)}zzza`, `${'za'.repeat(5)}aaza`]) {
      const expected = patterns.filter((_pattern, index) => letters.charAt(index) === 'a').sort();
      const text = letters.split('').join('/');
      expect(read(automaton, `/${text}`, 1, 1 + text.length).names).to.deep.equal(expected);
    }
  });

  it('keeps fewer states the more each of them holds', () => {
    const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
    const patterns = letters.flatMap((first) => letters.map((second) => `*${first}*${second}*/end`));
    const { start } = automatonOf(patterns);
    // The alphabet in other orders: of each two patterns with the same letters, one fits.
    const segments = Array.from({ length: 1000 }, (_, seed) =>
      letters.toSorted((one, other) => orderOf(one, seed) - orderOf(other, seed)).join(''),
    );
    const after = (segment: string): unknown => start.follow(segment);
    const isKept = segments.map((segment) => after(segment) === after(segment));
    expect(isKept[0]).to.equal(true);
    expect(isKept).to.include(false);
  });
});

function orderOf(letter: string, seed: number): number {
  return Math.sin(letter.charCodeAt(0) * (seed + 1));
}
