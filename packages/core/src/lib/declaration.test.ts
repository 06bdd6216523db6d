import { expect } from 'chai';
import fc from 'fast-check';
import { declarationsOf, parseDeclaration } from './declaration.js';
import { defineHandler } from './decorators/define.js';

describe('the short form of a declaration', () => {
  for (const [text, declaration] of [
    ['GET,POST /orders', { verb: 'GET,POST', path: '/orders' }],
    ['GET, POST /x', { verb: 'GET, POST', path: '/x' }],
    ['GET ,POST\t/x', { verb: 'GET ,POST', path: '/x' }],
    ['* /x', { verb: '*', path: '/x' }],
    ['P*,GE? /x', { verb: 'P*,GE?', path: '/x' }],
    ['M-SEARCH,MY_OWN2 /x', { verb: 'M-SEARCH,MY_OWN2', path: '/x' }],
    ['GET,POST */training/*.sync', { verb: 'GET,POST', path: '*/training/*.sync' }],
    ['GET *.a, *.b', { verb: 'GET', path: '*.a, *.b' }],
    ['GET /a,/b', { verb: 'GET', path: '/a,/b' }],
    ['\n  GET\n  /x\n', { verb: 'GET', path: '/x' }],
    ['/orders/:id', { path: '/orders/:id' }],
    ['  /orders ', { path: '/orders' }],
    ['*.sync', { path: '*.sync' }],
    ['*.a, *.b', { path: '*.a, *.b' }],
    ['*', { path: '*' }],
    ['*, /x', { path: '*, /x' }],
    ['GET', { path: 'GET' }],
    ['GET,POST', { path: 'GET,POST' }],
    ['GET,/x', { path: 'GET,/x' }],
    ['', { path: '' }],
  ] as const) {
    it(`reads ${JSON.stringify(text)}`, () => {
      expect(parseDeclaration(text)).to.deep.equal(declaration);
    });
  }

  it('leaves an object as it is', () => {
    const declaration = { verb: ' GET ', path: ' /x ' };
    expect(parseDeclaration(declaration)).to.equal(declaration);
  });

  const verb = fc.stringMatching(/^[A-Z*?_-]{1,8}$/);
  const blanks = fc.stringMatching(/^[ \t]{0,3}$/);
  const gap = fc.stringMatching(/^[ \t\n]{1,3}$/);
  const path = fc.oneof(
    fc.stringMatching(/^\/[a-z0-9/:*.%-]{0,12}$/),
    fc.stringMatching(/^\*?[a-z]{0,5}\.[a-z*?]{1,5}(?:, ?\*\.[a-z]{1,4})?$/),
  );

  it('gives back any verbs and path that were put together with a blank', () => {
    fc.assert(
      fc.property(
        fc.array(verb, { minLength: 1, maxLength: 4 }),
        blanks,
        blanks,
        gap,
        path,
        (verbs, before, after, blank, where) => {
          const list = verbs.join(`${before},${after}`);
          const text = `${before}${list}${blank}${where}${after}`;
          expect(parseDeclaration(text)).to.deep.equal({ verb: list, path: where });
        },
      ),
    );
  });

  it('takes any path without verbs for a path alone', () => {
    fc.assert(
      fc.property(path, blanks, (where, blank) => {
        expect(parseDeclaration(blank + where + blank)).to.deep.equal({ path: where });
      }),
    );
  });

  it('loses nothing but blanks of any text, and is never slow', () => {
    const text = fc.oneof(
      fc.string(),
      fc
        .array(fc.constantFrom('GET', ',', ' ', '\t', '*', '/', '.', 'a'), { maxLength: 60 })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (any) => {
        const { verb: verbs = '', path: where = '' } = parseDeclaration<{ verb?: string; path?: string }>(any);
        expect((verbs + where).replaceAll(/\s/g, '')).to.equal(any.replaceAll(/\s/g, ''));
      }),
    );
    const hostile = `${'GET ,\t'.repeat(20_000)}!`;
    const start = performance.now();
    parseDeclaration(hostile);
    expect(performance.now() - start).to.be.lessThan(200);
  });
});

describe('the record of a declaration', () => {
  it('says what was declared, and where', () => {
    const handler = defineHandler('GET /x', function show() {});
    const [record, ...others] = declarationsOf(handler);
    expect(others).to.deep.equal([]);
    expect(record).to.deep.include({ kind: 'handler', declaration: { verb: 'GET', path: '/x' } });
    expect(record?.place.stack).to.match(/^[^\n]*\n\s+at [^\n]*declaration\.test\./);
  });

  it('is empty for whatever was not declared', () => {
    expect(declarationsOf(class {})).to.deep.equal([]);
    expect(declarationsOf(() => 1)).to.deep.equal([]);
  });
});
