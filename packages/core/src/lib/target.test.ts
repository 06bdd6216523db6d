import { expect } from 'chai';
import fc from 'fast-check';
import { pathOf, urlOf } from './target.js';

describe('pathOf', () => {
  for (const [target, path] of [
    ['/a/b', '/a/b'],
    ['/a?b=/c', '/a'],
    ['/', '/'],
    ['/a#b?c', '/a'],
    ['http://example.org/a#b', '/a'],
    ['//evil/a', '//evil/a'],
    ['/a%2Fb%3Fc', '/a%2Fb%3Fc'],
    ['http://example.org/a?b', '/a'],
    ['HTTPS://example.org:444/a/', '/a/'],
    ['http://example.org', '/'],
    ['http://example.org?b', '/'],
    ['http://[::1/a', '/a'],
    ['http://user@example.org/a', '/a'],
    ['*', '*'],
  ] as const) {
    it(`of ${target} is ${path}`, () => expect(pathOf(target)).to.equal(path));
  }

  it('is that of the URL, whatever the path and the query', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), (url) => {
        const { pathname } = new URL(url);
        expect(new URL(`http://example.org${pathOf(url)}`).pathname).to.equal(pathname);
      }),
    );
  });
});

describe('urlOf', () => {
  it('joins protocol, host and target', () => {
    expect(urlOf('https', 'example.org:8443', '/a?b=c')).to.equal('https://example.org:8443/a?b=c');
    expect(urlOf('http', '[::1]:80', '/')).to.equal('http://[::1]:80/');
  });

  it('takes a target in absolute form as it is, whatever the host says (RFC 9112, 3.2.2)', () => {
    expect(urlOf('http', 'other.example', 'http://example.org/a?b')).to.equal('http://example.org/a?b');
  });

  it('names this machine where the client names no host', () => {
    expect(urlOf('http', undefined, '/a')).to.equal('http://localhost/a');
    expect(urlOf('http', '', '/a')).to.equal('http://localhost/a');
  });

  for (const target of ['http:///a/b', 'http://?a', 'http://', 'http://\\a']) {
    it(`gives no URL for the target ${target} (RFC 9110, 4.2.1)`, () => {
      expect(urlOf('http', 'example.org', target)).to.equal('');
    });
  }

  for (const host of ['example.org/x', 'example.org?x', 'example.org#x', 'user@example.org', 'a\\b', 'a b', 'a\tb']) {
    it(`gives no URL for the host ${JSON.stringify(host)}`, () => expect(urlOf('http', host, '/a')).to.equal(''));
  }

  it('lets no host move the request to another path or query', () => {
    fc.assert(
      fc.property(fc.string(), (host) => {
        const url = urlOf('http', host, '/a?b=c');
        if (!URL.canParse(url)) return;
        const { pathname, search, username } = new URL(url);
        expect([pathname, search, username]).to.deep.equal(['/a', '?b=c', '']);
      }),
      { numRuns: 1000 },
    );
  });
});
