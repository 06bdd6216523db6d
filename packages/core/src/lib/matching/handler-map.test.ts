import { expect } from 'chai';
import fc from 'fast-check';
import { DuplicateMappingError } from './duplicate-mapping.js';
import { HandlerMap, type HandlerMapOptions, type Mapping } from './handler-map.js';
import { normalizePath } from './normalize-path.js';
import { compilePath, MalformedPathError } from './path.js';
import { compileVerb } from './verb.js';

/** A map of declarations such as `GET /users/:id`; each is its own target. */
function mapOf(declarations: readonly string[], options?: HandlerMapOptions): HandlerMap<string> {
  return new HandlerMap(declarations.map(toMapping), options);
}

function toMapping(target: string): Mapping<string> {
  const space = target.indexOf(' ');
  return { verb: target.slice(0, space), path: target.slice(space + 1), target };
}

/** What answers, with its params where it has some. */
function answer(map: HandlerMap<string>, request: string): unknown {
  const [verb, path] = request.split(' ') as [string, string];
  const found = map.find(verb, path);
  if (found === undefined) return undefined;
  return Object.keys(found.params).length === 0 ? found.mapping.target : [found.mapping.target, { ...found.params }];
}

/** Checks which of two declarations answers, in whichever order they are listed. */
function expectWinner(request: string, winner: string, loser: string): void {
  for (const declarations of [
    [winner, loser],
    [loser, winner],
  ]) {
    const [verb, path] = request.split(' ') as [string, string];
    expect(mapOf(declarations).find(verb, path)?.mapping.target, declarations.join()).to.equal(winner);
  }
}

function quickestMs(run: () => unknown): number {
  const times = Array.from({ length: 5 }, () => {
    const begin = performance.now();
    run();
    return performance.now() - begin;
  });
  return Math.min(...times);
}

describe('HandlerMap', () => {
  it('finds the mapping, the very object it was given, and the params', () => {
    const mapping = { name: 'ShowUser', verb: 'GET', path: '/users/:id', target: class {} };
    const map = new HandlerMap([mapping]);
    expect(map.find('GET', '/users/7')?.mapping).to.equal(mapping);
    expect(map.find('GET', '/users/7')?.params).to.deep.equal({ id: '7' });
    expect(map.find('POST', '/users/7')).to.equal(undefined);
    expect(map.find('GET', '/user/7')).to.equal(undefined);
    expect(map.mappings).to.deep.equal([mapping]);
  });

  it('finds nothing when it has no mappings', () => {
    expect(new HandlerMap([]).find('GET', '/')).to.equal(undefined);
    expect(new HandlerMap([]).allowed('/')).to.equal(undefined);
  });

  it('does not take a path without its first slash for one a template fits', () => {
    const map = mapOf(['GET /', 'GET /a', 'GET /:x/b', 'GET b/c']);
    for (const path of ['', 'a', 'xa', 'x', 'x/b', 'xx/b']) expect(map.find('GET', path), path).to.equal(undefined);
    expect(answer(map, 'GET b/c')).to.equal('GET b/c');
  });

  it('finds what the declarations of the introduction say', () => {
    const map = mapOf([
      'GET,POST */training/*.sync',
      'GET,POST */training/*',
      'GET,POST /orders',
      'DELETE /reports/:id',
    ]);
    expect(answer(map, 'GET /x/training/a.sync')).to.equal('GET,POST */training/*.sync');
    expect(answer(map, 'POST /training/a.async')).to.equal('GET,POST */training/*');
    expect(answer(map, 'POST /orders')).to.equal('GET,POST /orders');
    expect(answer(map, 'DELETE /reports/7')).to.deep.equal(['DELETE /reports/:id', { id: '7' }]);
  });

  it('reads a path pattern with a leading slash as ASP.NET does when told to', () => {
    const map = mapOf(['* /a/*.ashx'], { precedence: 'listed', syntax: 'wildcard' });
    expect(answer(map, 'GET /x//A/b.ASHX')).to.equal('* /a/*.ashx');
  });

  it('takes an array of patterns, and the params of the alternative that won', () => {
    const map = new HandlerMap([{ verb: '*', path: ['/a/:x', '/a/b', '*.ashx'], target: 1 }]);
    expect(map.find('GET', '/a/1')?.params).to.deep.equal({ x: '1' });
    expect(map.find('GET', '/a/b')?.params).to.deep.equal({});
    expect(map.find('GET', '/z/z.ashx')?.params).to.deep.equal({});
  });

  it('takes params of one name from different places', () => {
    const map = mapOf(['GET /a/:x.json', 'GET /b/:x.tar.gz', 'GET /c/:x', 'GET /:x/d', 'GET /:x/e/:y', 'GET /:y/f/:x']);
    expect(map.find('GET', '/a/1.json')?.params).to.deep.equal({ x: '1' });
    expect(map.find('GET', '/b/2.tar.gz')?.params).to.deep.equal({ x: '2' });
    expect(map.find('GET', '/c/3')?.params).to.deep.equal({ x: '3' });
    expect(map.find('GET', '/4/d')?.params).to.deep.equal({ x: '4' });
    expect(map.find('GET', '/5/e/6')?.params).to.deep.equal({ x: '5', y: '6' });
    expect(map.find('GET', '/7/f/8')?.params).to.deep.equal({ y: '7', x: '8' });
  });

  it('throws what compiling throws', () => {
    expect(() => mapOf(['GET /a/:'])).to.throw(TypeError, 'Cannot compile path "/a/:"');
    expect(() => mapOf(['GET '])).to.throw(TypeError, 'empty path pattern');
    expect(() => mapOf([' /a'])).to.throw(TypeError, 'empty verb pattern');
  });

  it('answers in time in proportion to the path, whatever the patterns and however many', () => {
    const path = `/${'a'.repeat(100_000)}`;
    const stars = ['a*', '*a'].flatMap((piece) => [
      `* ${piece.repeat(40)}!`,
      ...Array.from({ length: 100 }, (_, index) => `* ${piece.repeat(40)}${index}!`),
    ]);
    for (const declarations of [[stars[0] as string], stars, stars.map((star) => star.replace(' ', ' /'))]) {
      const map = mapOf(declarations);
      expect(map.find('GET', path)).to.equal(undefined);
      expect(quickestMs(() => map.find('GET', path))).to.be.below(5);
    }
  });

  it('answers deep paths in time in proportion to their depth', () => {
    const map = mapOf(['* /**:rest', '* a/a/a/a/b', ...Array.from({ length: 20 }, (_, n) => `* ${'*/'.repeat(n)}x`)]);
    const path = '/a'.repeat(50_000);
    expect(map.find('GET', path)?.mapping.target).to.equal('* /**:rest');
    expect(quickestMs(() => map.find('GET', path))).to.be.below(5);
  });

  describe('by precedence "specific"', () => {
    it('prefers literal to mixed to :name and * to **, from the left', () => {
      expectWinner('GET /a/b.x', '* /a/b.x', '* /a/*.x');
      expectWinner('GET /a/b.x', '* /a/*.x', '* /a/:id');
      expectWinner('GET /a/b.x', '* /a/*.x', '* /a/*');
      expectWinner('GET /a/b', '* /a/:id', '* /a/**');
      expectWinner('GET /a/b', '* /a/*', '* /**');
      expectWinner('GET /a/b/c', '* /a/:x/:y', '* /:x/b/c');
      expectWinner('GET /a/b/c', '* /a/**', '* /:x/b/c');
      expectWinner('GET /a', '* /a', '* /a/**');
      expectWinner('GET /a/b', '* /a/b/**', '* /a/**');
    });

    it('prefers, of mixed segments, the one with more literal text', () => {
      expectWinner('GET /report.tar.gz', '* /*.tar.gz', '* /*.gz');
      expectWinner('GET /report.gz', '* /re*.gz', '* /:id.gz');
    });

    it('goes on to the next segment when mixed segments have as much literal text', () => {
      expectWinner('GET /ab/x', '* /a*/x', '* /*b/:x');
    });

    it('prefers a template to a wildcard pattern', () => {
      expectWinner('GET /a/b.ashx', '* /:x/:y', '* a/b.ashx');
      expectWinner('GET /a/b.ashx', '* /**', '* a/b.ashx');
    });

    it('prefers, of wildcard patterns, more segments, then kinds from the left, then more literal text', () => {
      expectWinner('GET /a/b/c', '* */*/*', '* b/c');
      expectWinner('GET /a/b.x', '* a/*', '* */b.x');
      expectWinner('GET /a/b.x', '* a*/*.x', '* */b.x');
      expectWinner('GET /b.tar.x', '* *.tar.x', '* *.x');
      expectWinner('GET /b.x', '* *.x', '* *');
      expectWinner('GET /b/b.x', '* b*/*.x', '* b*/*x');
    });

    it('prefers a named verb to a wildcard, that to the HEAD of a GET, that to *', () => {
      expectWinner('HEAD /a', 'HEAD /a', 'HE* /a');
      expectWinner('HEAD /a', 'HE* /a', 'GET /a');
      expectWinner('HEAD /a', 'GET /a', '* /a');
      expectWinner('HEAD /a', 'G* /a', '* /a');
      expectWinner('POST /a', 'GET,POST /a', 'P* /a');
      expectWinner('POST /a', 'P* /a', '* /a');
      expectWinner('HEAD /ab', 'GET,* /a*', '* /*b');
    });

    it('then prefers what is listed first', () => {
      expect(answer(mapOf(['P* /a', 'PO* /a']), 'POST /a')).to.equal('P* /a');
      expect(answer(mapOf(['* /a*/x', '* /*b/x']), 'GET /ab/x')).to.equal('* /a*/x');
      expect(answer(mapOf(['* /*b/x', '* /a*/x']), 'GET /ab/x')).to.equal('* /*b/x');
      expect(answer(mapOf(['POST /a*', 'GET /*b', 'GET /a?']), 'GET /ab')).to.equal('GET /*b');
    });

    it('passes over a closer path without the verb', () => {
      const map = mapOf(['POST /users/me', 'GET /users/:id', 'DELETE *']);
      expect(answer(map, 'GET /users/me')).to.deep.equal(['GET /users/:id', { id: 'me' }]);
      expect(answer(map, 'DELETE /users/me')).to.equal('DELETE *');
      expect(answer(map, 'PUT /users/me')).to.equal(undefined);
    });

    it('lets GET answer HEAD, on the closest path', () => {
      const map = mapOf(['GET /a', 'HEAD /:x', 'POST /b']);
      expect(answer(map, 'HEAD /a')).to.equal('GET /a');
      expect(answer(map, 'HEAD /z')).to.deep.equal(['HEAD /:x', { x: 'z' }]);
      expect(answer(mapOf(['POST /b']), 'HEAD /b')).to.equal(undefined);
    });

    it('B3: compares verbs as they were sent', () => {
      expect(answer(mapOf(['GET /a']), 'get /a')).to.equal(undefined);
      expect(answer(mapOf(['get /a', '* /a']), 'get /a')).to.equal('get /a');
    });

    it('answers verbs nobody named by their wildcards', () => {
      const map = mapOf(['P* /a', '* /:x', 'POST /b']);
      expect(answer(map, 'PROPFIND /a')).to.equal('P* /a');
      expect(answer(map, 'LOCK /a')).to.deep.equal(['* /:x', { x: 'a' }]);
      expect(answer(map, '* /a')).to.deep.equal(['* /:x', { x: 'a' }]);
    });

    it('takes either spelling of a path with a trailing slash, wildcard patterns aside', () => {
      const map = mapOf(['GET /a/b', 'POST b', 'POST b/']);
      expect(answer(map, 'GET /A/b/')).to.equal('GET /a/b');
      expect(answer(map, 'POST /a/b')).to.equal('POST b');
      expect(answer(map, 'POST /a/b/')).to.equal('POST b/');
    });

    it('throws MalformedPathError when a template wins and the path cannot be decoded', () => {
      const map = mapOf(['GET /a/:x', 'POST *', 'GET /b', 'GET /c%25']);
      expect(() => map.find('GET', '/a/%zz')).to.throw(MalformedPathError);
      expect(() => map.find('GET', '/c%')).to.throw(MalformedPathError);
      expect(answer(map, 'POST /a/%zz')).to.equal('POST *');
      expect(answer(map, 'GET /z/%zz')).to.equal(undefined);
      expect(answer(map, 'PUT /a/%zz')).to.equal(undefined);
    });

    it('finds the same for an encoded path as for its plain spelling', () => {
      const map = mapOf(['GET /café/x', 'GET /:a/:b', 'GET /a%2Fb']);
      expect(answer(map, 'GET /CAF%C3%89/%58')).to.equal('GET /café/x');
      expect(answer(map, 'GET /a%2Fb')).to.equal('GET /a%2Fb');
      expect(answer(map, 'GET /a/b')).to.deep.equal(['GET /:a/:b', { a: 'a', b: 'b' }]);
      expect(answer(map, 'GET /a%2fb/%25')).to.deep.equal(['GET /:a/:b', { a: 'a/b', b: '%' }]);
    });

    it('does not let an encoded slash in a template fit a slash in a path', () => {
      const map = mapOf(['GET /a%2Fb', 'GET /a%2Fb/c']);
      expect(answer(map, 'GET /a%2fb')).to.equal('GET /a%2Fb');
      expect(answer(map, 'GET /a/b')).to.equal(undefined);
      expect(answer(map, 'GET /a/b/c')).to.equal(undefined);
    });

    it('counts letter case and trailing slashes when told to', () => {
      const map = mapOf(['GET /Ab', 'GET /aB', 'GET /c/', 'GET *.X'], { caseSensitive: true, trailingSlash: 'strict' });
      expect(answer(map, 'GET /aB')).to.equal('GET /aB');
      expect(answer(map, 'GET /ab')).to.equal(undefined);
      expect(answer(map, 'GET /c')).to.equal(undefined);
      expect(answer(map, 'GET /c/')).to.equal('GET /c/');
      expect(answer(map, 'GET /A.x')).to.equal('GET *.X');
    });

    it('takes a path with an empty segment for what it is', () => {
      const map = mapOf(['GET /', 'GET //', 'GET /a//b']);
      expect(answer(map, 'GET /')).to.equal('GET /');
      expect(answer(map, 'GET //')).to.equal('GET //');
      expect(answer(map, 'GET ///')).to.equal(undefined);
      expect(answer(map, 'GET /a//b')).to.equal('GET /a//b');
    });

    it('refuses mappings that claim the same verb on the same path, and lists them all', () => {
      const mappings = [
        { verb: '*', path: '*.ASHX', target: 1 },
        { verb: '*', path: '*.ashx', target: 2 },
        { name: 'ShowUser', verb: 'GET', path: '/users/:id', target: 3 },
        { name: 'FindUser', verb: 'POST, GET', path: ['/u', '/Users/:key/'], target: 4 },
        { verb: 'POST', path: '/users/*', target: 5 },
      ];
      let thrown: unknown;
      try {
        new HandlerMap(mappings);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).to.be.instanceOf(DuplicateMappingError);
      const { pairs, code, name, message } = thrown as DuplicateMappingError;
      expect({ code, name }).to.deep.equal({ code: 'duplicate-mapping', name: 'DuplicateMappingError' });
      expect(pairs).to.deep.equal([
        [mappings[0], mappings[1]],
        [mappings[2], mappings[3]],
        [mappings[3], mappings[4]],
      ]);
      expect(message).to.contain('"GET /users/:id" (ShowUser) and "POST, GET /u,/Users/:key/" (FindUser)');
      expect(message).to.contain('"* *.ASHX" and "* *.ashx"');
    });

    it('allows mappings on one path whose verbs differ as text', () => {
      expect(() => mapOf(['GET /a', 'P* /a', '* /a', 'POST /a', 'GE? /a'])).not.to.throw();
      expect(() => mapOf(['GET /:a.x', 'GET /*.x', 'GET /:b'])).not.to.throw();
      expect(() => mapOf(['GET /a,/A/'])).not.to.throw();
      expect(() => mapOf(['GET /a', 'GET /A'], { caseSensitive: true })).not.to.throw();
    });
  });

  describe('by precedence "listed"', () => {
    const listed = { precedence: 'listed' } as const;

    it('C1: the first mapping whose path and verb both fit wins, however close another is', () => {
      expect(answer(mapOf(['* *', 'GET /a/b', 'GET /a/:x'], listed), 'GET /a/b')).to.equal('* *');
      expect(answer(mapOf(['GET /a/**', 'GET /a/b', '* *'], listed), 'GET /a/b')).to.equal('GET /a/**');
      expect(answer(mapOf(['P* /a', 'POST /a'], listed), 'POST /a')).to.equal('P* /a');
    });

    it('C1: may hold the same declaration twice', () => {
      const map = new HandlerMap(
        [1, 2].map((target) => ({ verb: 'GET', path: '/a', target })),
        listed,
      );
      expect(map.find('GET', '/a')?.mapping.target).to.equal(1);
    });

    it('C2: goes on to the next mapping when the verb does not fit', () => {
      expect(answer(mapOf(['POST *.x', 'GET *.x', '* *'], listed), 'GET /a.x')).to.equal('GET *.x');
      expect(answer(mapOf(['POST *.x', '* *'], listed), 'GET /a.x')).to.equal('* *');
      expect(answer(mapOf(['POST *.x'], listed), 'GET /a.x')).to.equal(undefined);
    });

    it('C5: answers the same again and again, whatever was asked between', () => {
      const map = mapOf(['POST *.x', 'GET /a.x'], listed);
      for (let round = 0; round < 3; round++) {
        expect(answer(map, 'GET /a.x')).to.equal('GET /a.x');
        expect(answer(map, 'POST /a.x')).to.equal('POST *.x');
        expect(answer(map, 'get /a.x')).to.equal(undefined);
        expect(answer(map, 'GET /b.x')).to.equal(undefined);
      }
    });

    it('B4: does not let GET answer HEAD', () => {
      expect(answer(mapOf(['GET /a'], listed), 'HEAD /a')).to.equal(undefined);
      expect(mapOf(['GET /a'], listed).allowed('/a')).to.deep.equal(['GET']);
    });

    it('takes the params of the first alternative that fits', () => {
      expect(answer(mapOf(['GET /a/:x,/a/b'], listed), 'GET /a/b')).to.deep.equal(['GET /a/:x,/a/b', { x: 'b' }]);
    });
  });

  describe('allowed', () => {
    it('lists the verbs of a path in the order of listing, HEAD after the GET that implies it', () => {
      const map = mapOf(['POST,PUT /users/me', 'GET /users/:id', 'DELETE users/*', 'PATCH /other']);
      expect(map.allowed('/users/me')).to.deep.equal(['POST', 'PUT', 'GET', 'HEAD', 'DELETE']);
      expect(map.allowed('/users/7')).to.deep.equal(['GET', 'HEAD', 'DELETE']);
    });

    it('lists a verb once', () => {
      expect(mapOf(['GET /a', 'HEAD,GET /:x', 'GET,POST *']).allowed('/a')).to.deep.equal(['GET', 'HEAD', 'POST']);
    });

    it('is undefined for a path that no mapping has', () => {
      expect(mapOf(['GET /a']).allowed('/b')).to.equal(undefined);
    });

    it('lists for a wildcard the usual verbs it fits and those some mapping names', () => {
      const map = mapOf(['P* /a', 'PROPFIND /b', '* /c', 'L* /d']);
      expect(map.allowed('/a')).to.deep.equal(['POST', 'PUT', 'PATCH', 'PROPFIND']);
      const usual = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
      expect(map.allowed('/c')).to.deep.equal([...usual, 'PROPFIND']);
      expect(map.allowed('/d')).to.deep.equal([]);
    });

    it('compares malformed escapes as they stand', () => {
      expect(mapOf(['GET /a/:x', 'POST /b']).allowed('/a/%zz')).to.deep.equal(['GET', 'HEAD']);
    });
  });

  describe('on random tables', () => {
    const literalSegment = fc.constantFrom('a', 'B', 'a.x', '%61', 'a%2Fb', 'c%25', 'a\\b', '.x', '.', '..');
    const templateSegment = fc.oneof(literalSegment, fc.constantFrom(':p', '*', '*.x', 'a*', '?.x', ':q.x'));
    const template = fc
      .tuple(fc.array(templateSegment, { maxLength: 3 }), fc.constantFrom('', '', '', '/**', '/**:rest', '/'))
      .map(
        ([segments, end]) =>
          segments
            .map((segment) => `/${segment}`)
            .join('')
            .replace(/:p(?=.*:p)/g, '*') + end,
      )
      .filter((path) => path !== '' && !/:q.*:q/.test(path));
    const wildcard = fc
      .array(fc.constantFrom('a', 'b', 'A.x', '.x', 'a\\b', '*', '*.x', 'a*', '?', '', '*a*', '*b*'), {
        minLength: 1,
        maxLength: 3,
      })
      .map((segments) => segments.join('/'))
      .filter((path) => path !== '' && !path.startsWith('/'));
    const alternatives = fc.oneof(
      fc.array(template, { minLength: 1, maxLength: 2 }),
      fc.array(wildcard, { minLength: 1, maxLength: 2 }),
    );
    const verb = fc.constantFrom('GET', 'POST', 'GET,POST', 'HEAD', '*', 'P*', 'G*', '???');
    const mappings = fc
      .array(fc.tuple(verb, alternatives), { maxLength: 12 })
      .map((rows) =>
        rows.map(([verb, paths], index): Mapping<number> => ({ verb, path: paths.join(), target: index })),
      );
    const path = fc
      .array(fc.oneof(fc.constantFrom('a', 'A', 'b', 'c', 'a.x', 'b.x', 'abba', '', 'a%2fb'), literalSegment), {
        maxLength: 4,
      })
      .map((segments) => `/${segments.join('/')}`);
    const requests = fc.array(fc.tuple(fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'LOCK', 'get'), path), {
      minLength: 1,
      maxLength: 8,
    });

    it('finds by precedence "listed" what trying one mapping after another finds', () => {
      fc.assert(
        fc.property(mappings, requests, (table, asked) => {
          const map = new HandlerMap(table, { precedence: 'listed' });
          for (const [verb, path] of [...asked, ...asked]) {
            const fits = (mapping: Mapping<number>): boolean => compileVerb(mapping.verb).matches(verb);
            const expected = table.find(
              (mapping) => fits(mapping) && compilePath(mapping.path).match(path) !== undefined,
            );
            const found = map.find(verb, path);
            expect(found?.mapping).to.equal(expected);
            if (expected !== undefined) expect(found?.params).to.deep.equal(compilePath(expected.path).match(path));
          }
        }),
        { numRuns: 400 },
      );
    });

    it('finds by precedence "specific" what comparing all that fit finds', () => {
      fc.assert(
        fc.property(mappings, requests, (given, asked) => {
          const table = withoutDuplicates(given);
          const map = new HandlerMap(table);
          for (const [verb, path] of [...asked, ...asked]) {
            const fitting = table.flatMap((mapping) => scoresOf(mapping, verb, path));
            const [best] = fitting.sort((one, other) => compareScores(one.score, other.score));
            const found = map.find(verb, path);
            expect(found?.mapping).to.equal(best?.mapping);
            if (best !== undefined) expect(found?.params).to.deep.equal(compilePath(best.alternative).match(path));
            const isKnown = table.some((mapping) => compilePath(mapping.path).match(path) !== undefined);
            expect(map.allowed(path) !== undefined).to.equal(isKnown);
          }
        }),
        { numRuns: 400 },
      );
    });

    it('finds in a path that is normal what it finds in one that was normalized', () => {
      fc.assert(
        fc.property(mappings, requests, (given, asked) => {
          // Declarations leave out what is internal.
          const map = new HandlerMap(withoutDuplicates(given)) as HandlerMap<number> & {
            findNormal: HandlerMap<number>['find'];
          };
          for (const [verb, path] of [...asked, ...asked]) {
            const found = map.findNormal(verb, path);
            if (found !== undefined) expect(normalizePath(path)).to.equal(path);
            const isPlain = !/[%\\]|\/\./.test(path);
            if (found !== undefined || isPlain) expect(found).to.deep.equal(map.find(verb, path));
          }
        }),
        { numRuns: 400 },
      );
    });

    it('throws nothing but MalformedPathError, whatever is asked', () => {
      const map = mapOf(['GET /a/:x', '* /**:rest', 'GET *', 'P* *.x', '* /a*b:y-:z', 'GET *?*/x']);
      const anyText = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));
      const text = fc.oneof(anyText, fc.string({ unit: fc.constantFrom('/', '%', 'a', '2', 'f', 'é') }));
      fc.assert(
        fc.property(text, text, fc.boolean(), (verb, rest, isRooted) => {
          const path = isRooted ? `/${rest}` : rest;
          map.allowed(path);
          try {
            map.find(verb, path);
          } catch (error) {
            expect(error).to.be.instanceOf(MalformedPathError);
            expect(() => decodeURIComponent(path)).to.throw(URIError);
          }
        }),
      );
    });
  });
});

function withoutDuplicates(table: readonly Mapping<number>[]): readonly Mapping<number>[] {
  try {
    new HandlerMap(table);
    return table;
  } catch (error) {
    const repeated = (error as DuplicateMappingError).pairs.map(([, second]) => second);
    return table.filter((mapping) => !repeated.includes(mapping));
  }
}

interface Scored {
  readonly mapping: Mapping<number>;
  readonly alternative: string;
  readonly score: readonly number[];
}

/** One entry for each alternative that fits; the lower score, number by number, wins. */
function scoresOf(mapping: Mapping<number>, verb: string, path: string): Scored[] {
  const verbScore = scoreOfVerb(mapping.verb, verb);
  if (verbScore === undefined) return [];
  return (mapping.path as string)
    .split(',')
    .filter((alternative) => compilePath(alternative).match(path) !== undefined)
    .map((alternative) => {
      const pathScore = alternative.startsWith('/') ? scoreOfTemplate(alternative) : scoreOfWildcard(alternative);
      return { mapping, alternative, score: [...pathScore, verbScore, mapping.target] };
    });
}

function scoreOfTemplate(template: string): number[] {
  const segments = template.replace(/\/$/, '').split('/').slice(1);
  const scores = segments.map((segment) => {
    if (segment.startsWith('**')) return 9;
    if (segment === '*' || /^:\w+$/.test(segment)) return 8;
    const literal = segment
      .replaceAll('%61', 'a')
      .replaceAll('%2F', '/')
      .replace(/:\w+|[*?]/g, '');
    return /[*?:]/.test(segment) ? 1 + 1 / (2 + literal.length) : 0;
  });
  return segments.at(-1)?.startsWith('**') ? [0, ...scores] : [0, ...scores, -1];
}

function scoreOfWildcard(wildcard: string): number[] {
  const segments = wildcard.split('/');
  const kinds = segments.map((segment) => (segment === '*' ? 2 : /[*?]/.test(segment) ? 1 : 0));
  return [1, -segments.length, ...kinds, -wildcard.replace(/[*?/]/g, '').length];
}

function scoreOfVerb(pattern: string, verb: string): number | undefined {
  const alternatives = pattern.split(',');
  if (alternatives.includes(verb)) return 0;
  const wild = alternatives.filter((alternative) => /[*?]/.test(alternative) && alternative !== '*');
  if (wild.some((alternative) => compileVerb(alternative).matches(verb))) return 1;
  const meetsGet = alternatives.includes('GET') || wild.some((alternative) => compileVerb(alternative).matches('GET'));
  if (verb === 'HEAD' && meetsGet) return 2;
  return alternatives.includes('*') ? 3 : undefined;
}

function compareScores(one: readonly number[], other: readonly number[]): number {
  const index = one.findIndex((part, position) => part !== other[position]);
  return index < 0 ? 0 : (one[index] as number) - (other[index] as number);
}
