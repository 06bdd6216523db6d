import { expect } from 'chai';
import fc from 'fast-check';
import { compilePath, MalformedPathError, type PathOptions } from './path.js';

const wildcard = { syntax: 'wildcard' } as const;

function expectFits(pattern: string | readonly string[], paths: readonly string[], options: PathOptions = {}): void {
  const compiled = compilePath(pattern, options);
  expect(paths.filter((path) => compiled.match(path) === undefined)).to.deep.equal([]);
}

function expectMisfits(pattern: string | readonly string[], paths: readonly string[], options: PathOptions = {}): void {
  const compiled = compilePath(pattern, options);
  expect(paths.filter((path) => compiled.match(path) !== undefined)).to.deep.equal([]);
}

/** The quickest of some runs: what else the machine does must not count. */
function quickestMs(run: () => unknown): number {
  const times = Array.from({ length: 5 }, () => {
    const begin = performance.now();
    run();
    return performance.now() - begin;
  });
  return Math.min(...times);
}

describe('compilePath with a wildcard pattern', () => {
  it('A1: tests the end of the path', () => {
    expectFits('b.ashx', ['b.ashx', '/b.ashx', '/a/b.ashx']);
    expectMisfits('a', ['/a/b', '/a/']);
  });

  it('A2: splits off no path info and no query', () => {
    expectMisfits('Marker.axd', ['/Marker.axd/extra', '/Marker.axd?x=1']);
  });

  it('A3: * is any run, also empty, and ? is one character, neither a slash', () => {
    expectFits('a*.b?', ['/a.bx', '/a12.bx']);
    expectMisfits('a*.b?', ['/a/1.bx', '/a.b', '/a.bxx', '/a.b/']);
  });

  it('A3: a comma separates alternatives', () => {
    expectFits('*.a,*.b', ['/x.a', '/x.b']);
    expectMisfits('*.a,*.b', ['/x.c', '/x.a,y']);
  });

  it('A3: nothing else is special, and nothing escapes', () => {
    expectFits('a.+(b)[c]{d}|^$:e', ['/a.+(b)[c]{d}|^$:e']);
    expectMisfits('a.b', ['/axb']);
    expectMisfits('a|b', ['/a', '/b']);
    expectFits('a\\*', ['/a\\', '/a\\b']);
    expectMisfits('a\\*', ['/a*']);
  });

  it('A4: starts at the beginning or after a slash, and ends at the end', () => {
    expectFits('*.ashx', ['x.ashx', '/x.ashx', '/a/b/c/x.ashx']);
    expectFits('x.ashx', ['/a/b/x.ashx']);
    expectMisfits('x.ashx', ['/yx.ashx', '/x.ashxy']);
    expectFits('sub/x.axd', ['/any/sub/x.axd', 'sub/x.axd']);
    expectMisfits('sub/x.axd', ['/asub/x.axd']);
  });

  it('A4: anchors every alternative by itself', () => {
    expectMisfits('x.a,x.b', ['/yx.a', '/yx.b', '/x.ay', '/x.by']);
  });

  it('A5: with a leading slash fits from the root or after a doubled slash', () => {
    expectFits('/foo', ['/foo', '/a//foo'], wildcard);
    expectMisfits('/foo', ['/a/foo', 'foo'], wildcard);
  });

  it('A6: */training/*.sync needs a slash before training, and nothing between', () => {
    expectFits('*/training/*.sync', ['/training/x.sync', '/app/training/x.sync', '/a/b/training/x.sync']);
    expectMisfits('*/training/*.sync', ['training/x.sync', '/training/sub/x.sync']);
  });

  it('A7: * fits every path', () => {
    expectFits('*', ['', '/', '/a', '/a/', 'a', '/a/b.c', '//']);
  });

  it('A8: no wildcard crosses a slash', () => {
    expectFits('files/*', ['/files/a', '/files/']);
    expectMisfits('files/*', ['/files/a/b', '/files']);
    expectMisfits('files/**', ['/files/a/b']);
  });

  it('A9: ignores letter case, in every script, and folds nothing else', () => {
    expectFits('Straße/*.ASHX', ['/STRAßE/x.ashx', '/straße/X.AsHx']);
    expectFits('ДОМ', ['/дом']);
    expectMisfits('i', ['/ı']);
    expectMisfits('a', ['/\uff41', '/\uff21']);
    expectMisfits('\u00e9', ['/e\u0301']);
  });

  it('A9: ignores letter case even where templates do not', () => {
    expectFits('*.ashx', ['/X.ASHX'], { caseSensitive: true });
  });

  it('A10: keeps spaces', () => {
    expectMisfits('*.a, *.b', ['/x.b']);
    expectFits('*.a, *.b', ['/ x.b']);
  });

  it('A11: an empty alternative fits the empty path and any that ends in a slash', () => {
    for (const pattern of ['a,', ',']) {
      expectFits(pattern, ['', '/', '/b/']);
      expectMisfits(pattern, ['/b']);
    }
  });

  it('A12: decodes nothing', () => {
    expectFits('a%2Fb', ['/a%2Fb', '/a%2fb']);
    expectMisfits('a/b', ['/a%2Fb']);
    expectMisfits('a b', ['/a%20b']);
    expectFits('%zz', ['/%zz']);
  });

  it('A13: lets no line feed follow the end, and wildcards take one', () => {
    expectMisfits('a.b', ['/a.b\n']);
    expectFits('a*.b?', ['/a\n.b\n']);
  });

  it('A14: counts UTF-16 units', () => {
    expectFits('??', ['/😀']);
    expectMisfits('?', ['/😀']);
  });

  it('A15: does not backtrack', () => {
    const path = `/${'a'.repeat(100_000)}`;
    const alternatives = Array.from({ length: 20 }, (_, index) => `${'a*'.repeat(40)}${index}!`);
    for (const source of [alternatives[0] as string, '*a'.repeat(40), alternatives.join()]) {
      const pattern = compilePath(`${source}!`);
      expect(pattern.match(path)).to.equal(undefined);
      expect(quickestMs(() => pattern.match(path))).to.be.below(5);
    }
  });

  it('A16: does not expand ~/', () => {
    expectMisfits('~/a', ['/a']);
    expectFits('~/a', ['/~/a']);
  });

  it('A17: takes "*." for a last segment that ends in a dot', () => {
    expectFits('*.', ['/a.', '/.']);
    expectMisfits('*.', ['/a', '/a.b']);
  });

  it('D3: refuses an empty pattern', () => {
    expect(() => compilePath('')).to.throw(TypeError, 'Cannot compile an empty path pattern');
    expect(() => compilePath('', wildcard)).to.throw(TypeError, 'Cannot compile an empty path pattern');
    expect(() => compilePath(['*.a', ''])).to.throw(TypeError, 'Cannot compile an empty path pattern');
    expect(() => compilePath([])).to.throw(TypeError, 'Cannot compile an empty list of path patterns');
  });

  it('gives no params, whatever is in the pattern', () => {
    expect(compilePath('/a/*.ashx', wildcard).match('/A/b.ashx')).to.deep.equal({});
    expect(compilePath(':id').match('/:ID')).to.deep.equal({});
  });

  it('fits what the statements A3, A4, A9 and A13 say, put as a regular expression', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'B', '.', '*', '?', '/', ','), minLength: 1, maxLength: 8 });
    const path = fc.string({ unit: fc.constantFrom('a', 'b', '.', '/', '\n'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, path, (source, candidate) => {
        const alternatives = source
          .replaceAll('.', '\\.')
          .replaceAll('*', '[^/]*')
          .replaceAll('?', '[^/]')
          .split(',')
          .map((alternative) => `(?<![^/])${alternative}$`);
        const fits = new RegExp(alternatives.join('|'), 'i').test(candidate);
        expect(compilePath(source, wildcard).match(candidate) !== undefined).to.equal(fits);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('compilePath with a template', () => {
  it('fits the whole path, from its root', () => {
    expectFits('/a/b', ['/a/b']);
    expectMisfits('/a/b', ['/x/a/b', '/a/b/c', '/a', 'a/b', '', '/ab']);
  });

  it('gives the params of the example', () => {
    expect(compilePath('/users/:id').match('/users/7')).to.deep.equal({ id: '7' });
    expect(compilePath('/users/:id').match('/users')).to.equal(undefined);
  });

  it('takes one segment, not empty, for :name and for *', () => {
    expect(compilePath('/:a/*/:b').match('/1/2/3')).to.deep.equal({ a: '1', b: '3' });
    expect(compilePath('/aa/:x/b/:y/cc/:z').match('/aa/1/b/2/cc/3')).to.deep.equal({ x: '1', y: '2', z: '3' });
    expectMisfits('/a/:x', ['/a', '/a/', '/a//', '/a/b/c']);
    expectMisfits('/a/*', ['/a', '/a/', '/a//', '/a/b/c']);
  });

  it('takes wildcards inside a segment as A3 does', () => {
    expectFits('/x/*.sync', ['/x/.sync', '/x/a.SYNC']);
    expectMisfits('/x/*.sync', ['/x/a/b.sync', '/x/a.syncs']);
    expectFits('/a?c', ['/abc']);
    expectMisfits('/a?c', ['/ac', '/abbc']);
  });

  it('captures inside a segment at least one character, and no more than needed from the left', () => {
    expect(compilePath('/:id.pdf').match('/A.b.pdf')).to.deep.equal({ id: 'A.b' });
    expect(compilePath('/:id.pdf').match('/.pdf')).to.equal(undefined);
    const report = compilePath('/report-:from-:to.csv');
    expect(report.match('/report-a-b-c.csv')).to.deep.equal({ from: 'a', to: 'b-c' });
    expect(report.match('/Report-A-B.CSV')).to.deep.equal({ from: 'A', to: 'B' });
  });

  it('takes the rest for **, also when nothing is left', () => {
    expectFits('/files/**', ['/files', '/files/', '/files/a', '/files/a/b', '/files//']);
    expectMisfits('/files/**', ['/', '/filesystem', '/a/files']);
    expectFits('/**', ['/', '/a', '/a/b']);
    expectMisfits('/**', ['', 'a']);
  });

  it('gives a named rest without its leading slash', () => {
    const files = compilePath('/files/**:rest');
    expect(files.match('/files')).to.deep.equal({ rest: '' });
    expect(files.match('/files/')).to.deep.equal({ rest: '' });
    expect(files.match('/files/A/b.txt')).to.deep.equal({ rest: 'A/b.txt' });
    expect(files.match('/files/a/')).to.deep.equal({ rest: 'a/' });
    expect(compilePath('/:a/x/**:rest').match('/1/x/2/3')).to.deep.equal({ a: '1', rest: '2/3' });
    expect(compilePath('/*.x/**:rest').match('/a.x')).to.deep.equal({ rest: '' });
    expect(compilePath('/a/**:rest').match('/%61')).to.deep.equal({ rest: '' });
  });

  it('separates alternatives by commas, and takes params from the first that fits', () => {
    const pattern = compilePath('/a/:x,/b/:y,/a/c');
    expect(pattern.match('/b/1')).to.deep.equal({ y: '1' });
    expect(pattern.match('/a/c')).to.deep.equal({ x: 'c' });
  });

  it('reads each entry of an array by itself', () => {
    const pattern = compilePath(['/a/:x', '*.ashx,b']);
    expect(pattern.source).to.equal('/a/:x,*.ashx,b');
    expect(pattern.match('/a/1')).to.deep.equal({ x: '1' });
    expect(pattern.match('/any/x.ashx')).to.deep.equal({});
    expect(pattern.match('/any/b')).to.deep.equal({});
  });

  it('takes a wildcard pattern with a slash later in it for what its first character says', () => {
    expectFits('*.a,/b', ['/x/b/x.a', '/b']);
    expectMisfits('*.a,/b', ['/x/b']);
  });

  it('compares letters without case unless caseSensitive is set; params keep theirs', () => {
    expect(compilePath('/Users/:Id').match('/uSERS/AbC')).to.deep.equal({ Id: 'AbC' });
    expectMisfits('/Users/:id', ['/users/1'], { caseSensitive: true });
    expectFits('/Users/:id', ['/Users/1'], { caseSensitive: true });
  });

  it('ignores one trailing slash, of the template or of the path', () => {
    expectFits('/a/:x', ['/a/1', '/a/1/']);
    expectFits('/a/:x/', ['/a/1', '/a/1/']);
    expectMisfits('/a/:x', ['/a/1//']);
    expectFits('/', ['/']);
    expectMisfits('/', ['', '//', '/a']);
  });

  it('counts a trailing slash when told to', () => {
    const strict = { trailingSlash: 'strict' } as const;
    expectFits('/a', ['/a'], strict);
    expectMisfits('/a', ['/a/'], strict);
    expectFits('/a/', ['/a/'], strict);
    expectMisfits('/a/', ['/a', '/a//'], strict);
    expectFits('/', ['/'], strict);
    expectFits('/a/**', ['/a', '/a/', '/a/b/'], strict);
    expect(compilePath('/:x/', strict).match('/1/')).to.deep.equal({ x: '1' });
  });

  it('takes an empty segment for a literal', () => {
    expectFits('/a//b', ['/a//b']);
    expectMisfits('/a//b', ['/a/b', '/a/x/b']);
    expectFits('//', ['//']);
    expectMisfits('//', ['/', '///']);
  });

  it('compares decoded segments, and decodes params once', () => {
    expectFits('/café/a b', ['/caf%C3%A9/a%20b', '/CAF%c3%89/a b']);
    expect(compilePath('/:x').match('/a%20B%2525')).to.deep.equal({ x: 'a B%25' });
    expect(compilePath('/f/**:rest').match('/f/a%2Fb/%41')).to.deep.equal({ rest: 'a/b/A' });
    expect(compilePath('/:a/x/:b').match('/%41/%58/%42')).to.deep.equal({ a: 'A', b: 'B' });
    expect(compilePath('/x-:a').match('/X-%C3%89')).to.deep.equal({ a: 'É' });
  });

  it('does not let an encoded slash split a segment', () => {
    expectMisfits('/a/b', ['/a%2Fb']);
    expect(compilePath('/:x').match('/a%2Fb')).to.deep.equal({ x: 'a/b' });
    expectFits('/a%2Fb', ['/a%2fb']);
    expectMisfits('/a%2Fb', ['/a/b']);
  });

  it('decodes literal text, so that special characters can be meant literally', () => {
    expectFits('/%2A%3F%3Aid%2C%25', ['/*?:id,%25']);
    expectMisfits('/a%2A', ['/ab']);
    expect(compilePath('/a%2Cb').match('/a,b')).to.deep.equal({});
  });

  it('throws MalformedPathError when it would fit but for a malformed escape', () => {
    for (const path of ['/a/%', '/a/%zz', '/a/%ff', '/a/%C3']) {
      expect(() => compilePath('/a/:x').match(path))
        .to.throw(MalformedPathError, `Cannot decode path "${path}"`)
        .that.includes({ code: 'malformed-path', path, name: 'MalformedPathError' });
    }
    expect(() => compilePath('/a/**').match('/a/b/%')).to.throw(MalformedPathError);
    expect(() => compilePath('/a/*').match('/a/%')).to.throw(MalformedPathError);
    expect(() => compilePath('/a/%25').match('/a/%')).to.throw(MalformedPathError);
    expect(compilePath('/a/:x').match('/b/%')).to.equal(undefined);
    expect(compilePath('/a/b').match('/a/%')).to.equal(undefined);
  });

  it('gives params that inherit nothing, so that no name pollutes anything', () => {
    const params = compilePath('/:__proto__/:constructor').match('/x/y');
    expect('toString' in (params ?? {})).to.equal(false);
    expect(Object.entries(params ?? {})).to.deep.equal([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect('toString' in (compilePath('/a').match('/a') ?? {})).to.equal(false);
    expect(({} as Record<string, unknown>)['x']).to.equal(undefined);
  });

  it('takes any identifier for a name', () => {
    expect(compilePath('/:größe_1-:$x').match('/a-b')).to.deep.equal({ größe_1: 'a', $x: 'b' });
  });

  const refused: readonly (readonly [pattern: string, message: string])[] = [
    ['/a/:', 'found ":" without a name at position 3; write ":name", or "%3A" for a literal colon'],
    ['/a/:-x', 'found ":" without a name at position 3'],
    ['/a/:1', 'found ":" without a name at position 3'],
    ['/:x/b/:x', 'found ":x" a second time at position 6; give each placeholder its own name'],
    ['/:x/**:x', 'found ":x" a second time at position 6'],
    ['/:x:y', 'found ":y" directly after another placeholder at position 3; put literal text between the two'],
    ['/:x*', 'found "*" directly after another placeholder at position 3'],
    ['/:x?', 'found "?" directly after another placeholder at position 3'],
    ['/a*:x', 'found ":x" directly after another placeholder at position 3'],
    ['/**/a', 'found "**" before the end at position 1; use it as the last segment, or "*" for one segment'],
    ['/a**', 'found "**" beside other text at position 2'],
    ['/**a', 'found "**a" at position 1; let "**" or "**:name" be the whole segment'],
    ['/***', 'found "***" at position 1'],
    ['/**:x.y', 'found "**:x.y" at position 1'],
    ['/**:', 'found ":" without a name at position 3'],
    ['/a%2', 'found a malformed escape in "a%2" at position 1; write "%25" for a literal percent sign'],
    ['/a,/b%zz', 'found a malformed escape in "b%zz" at position 4'],
    ['/a,b', 'found "b" at position 3, and a template begins with "/"'],
    ['/a,', 'found an empty alternative at position 3, and a template begins with "/"'],
  ];
  for (const [pattern, message] of refused) {
    it(`refuses ${pattern}`, () => {
      expect(() => compilePath(pattern)).to.throw(TypeError, `Cannot compile path "${pattern}": ${message}`);
    });
  }

  it('refuses a pattern without a slash when templates are asked for', () => {
    expect(() => compilePath('a', { syntax: 'template' })).to.throw(TypeError, 'a template begins with "/"');
  });

  it('allows the same name in different alternatives', () => {
    expect(compilePath('/a/:x,/b/:x').match('/b/1')).to.deep.equal({ x: '1' });
  });

  it('does not backtrack', () => {
    const path = `/${'a'.repeat(100_000)}`;
    const pattern = compilePath(`/${'a*'.repeat(40)}!`);
    expect(pattern.match(path)).to.equal(undefined);
    expect(quickestMs(() => pattern.match(path))).to.be.below(5);
  });
});
