import { expect } from 'chai';
import fc from 'fast-check';
import { normalizePath } from './normalize-path.js';
import { compilePath } from './path.js';

const pathText = fc.string({
  unit: fc.constantFrom(
    '/',
    '.',
    '..',
    '\\',
    '%2e',
    '%2E',
    '%2F',
    '%2f',
    '%25',
    '%5C',
    '%41',
    '%C3%A9',
    'a',
    'B',
    'é',
    ' ',
  ),
});

describe('normalizePath', () => {
  const cases: readonly (readonly [path: string, normalized: string])[] = [
    ['/', '/'],
    ['', ''],
    ['/users/7', '/users/7'],
    ['/A//b/', '/A//b/'],
    ['//evil/x', '//evil/x'],
    ['//evil/../x', '//x'],
    ['/a/./b/../c', '/a/c'],
    ['/a/..', '/'],
    ['/a/.', '/a/'],
    ['/../../a', '/a'],
    ['/a/%2e%2E/b', '/b'],
    ['/a/.%2e/b', '/b'],
    ['/.well-known/x', '/.well-known/x'],
    ['/...', '/...'],
    ['\\a\\b', '/a/b'],
    ['/a\\..\\b', '/b'],
    ['/caf%C3%A9', '/café'],
    ['/a%20b%3Fc', '/a b?c'],
    ['/a%2fb', '/a%2Fb'],
    ['/a%5cb', '/a%5Cb'],
    ['/a%252fb', '/a%252fb'],
    ['/..%2f..%2fetc', '/..%2F..%2Fetc'],
  ];
  for (const [path, normalized] of cases) {
    it(`turns ${JSON.stringify(path)} into ${JSON.stringify(normalized)}`, () => {
      expect(normalizePath(path)).to.equal(normalized);
    });
  }

  for (const path of ['/%', '/%4', '/%zz', '/a%', '/%ff', '/%C3', '/%C3%28', '/%c0%af', '/%ED%A0%80', '/%2e%']) {
    it(`gives undefined for ${path}, whose escape is malformed or not UTF-8`, () => {
      expect(normalizePath(path)).to.equal(undefined);
    });
  }

  it('resolves dot segments as the URL standard does', () => {
    fc.assert(
      fc.property(pathText, (rest) => {
        const path = `/${rest}`;
        const byUrl = new URL(`http://host${path}?`).pathname.replace(
          /%(2f|5c|25)/gi,
          (escape) => `%25${escape.slice(1)}`,
        );
        expect(normalizePath(path)).to.equal(
          decodeURIComponent(byUrl).replace(/%(2f|5c)/g, (escape) => escape.toUpperCase()),
        );
      }),
    );
  });

  it('changes nothing when applied to its own result', () => {
    fc.assert(
      fc.property(pathText, (path) => {
        const normalized = normalizePath(path) as string;
        expect(normalizePath(normalized)).to.equal(normalized);
      }),
    );
  });

  it('changes nothing about what a template finds, when there is no dot segment or backslash', () => {
    const escapedText = fc.string({
      unit: fc.constantFrom('/', 'a', 'B', '%2F', '%25', '%5C', '%41', '%C3%A9', '%2A', '.x'),
    });
    const templates = ['/:one', '/:one/:two', '/a*/**:rest', '/:a%2F:b', '/%25:x'].map((pattern) =>
      compilePath(pattern),
    );
    fc.assert(
      fc.property(escapedText, (rest) => {
        const path = `/${rest}`;
        for (const template of templates) {
          expect(template.match(normalizePath(path) as string)).to.deep.equal(template.match(path));
        }
      }),
    );
  });
});
