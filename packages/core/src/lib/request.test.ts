import { expect } from 'chai';
import fc from 'fast-check';
import type { HttpContext } from './context.js';
import { defineHandler } from './decorators/define.js';
import { recordingApp } from './recording-app.test-support.js';

const wellFormed = fc.string({ unit: 'grapheme', maxLength: 12 });

/** An application that answers with what `show` finds in the request. */
function showing(path: string, show: (request: HttpContext['request']) => unknown): ReturnType<typeof recordingApp> {
  return recordingApp([defineHandler(path, ({ request }) => show(request))]);
}

describe('HttpRequest', () => {
  it('tells verb, URL, path and whether it came over TLS', async () => {
    const { app } = showing('/**', (request) => ({
      verb: request.verb,
      url: request.url.href,
      path: request.path,
      secure: request.secure,
      ip: request.ip ?? 'unknown',
    }));
    const response = await app.fetch(new Request('https://example.org:8443/a%20b/c?x=1', { method: 'PATCH' }));
    expect(await response.json()).to.deep.equal({
      verb: 'PATCH',
      url: 'https://example.org:8443/a%20b/c?x=1',
      path: '/a%20b/c',
      secure: true,
      ip: 'unknown',
    });
  });

  it('gives headers by name in any case, and null for one that was not sent', async () => {
    const { get } = showing('/', ({ headers }) => [
      headers.get('X-ONE'),
      headers.get('x-many'),
      headers.get('x-none'),
      headers.has('X-One'),
      headers.has('x-none'),
      [...headers].filter(([name]) => name.startsWith('x-')),
    ]);
    const sent = new Headers({ 'x-one': '1' });
    sent.append('x-many', 'a');
    sent.append('x-many', 'b');
    expect(await (await get('/', { headers: sent })).json()).to.deep.equal([
      '1',
      'a, b',
      null,
      true,
      false,
      [
        ['x-many', 'a, b'],
        ['x-one', '1'],
      ],
    ]);
  });
});

describe('HttpRequest.query', () => {
  it('gives every value of a repeated name, decoded', async () => {
    const { get } = showing('/', ({ query }) => [query.get('a'), query.getAll('a'), query.get('b'), query.get('c')]);
    expect(await (await get('/?a=1&a=x+y%26&b')).json()).to.deep.equal(['1', ['1', 'x y&'], '', null]);
  });

  it('gives back whatever was encoded', async () => {
    const { get } = showing('/', ({ query }) => [...query]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(wellFormed, wellFormed), { maxLength: 5 }), async (pairs) => {
        const response = await get(`/?${new URLSearchParams(pairs)}`);
        expect(await response.json()).to.deep.equal(pairs);
      }),
      { numRuns: 50 },
    );
  });

  it('never fails, however malformed', async () => {
    const { errors, get } = showing('/', ({ query }) => [...query]);
    for (const query of ['%', '%zz=%ff', '&&==&', '=', '?', '%00', 'a[b]=1', 'a=%ED%A0%80']) {
      expect((await get(`/?${query}`)).status, query).to.equal(200);
    }
    expect(errors).to.deep.equal([]);
  });

  it('pollutes nothing by names of prototypes', async () => {
    const { get } = showing('/', ({ query }) => [query.get('__proto__'), query.get('constructor'), [...query.keys()]]);
    expect(await (await get('/?__proto__=1&constructor=2&__proto__[polluted]=3')).json()).to.deep.equal([
      '1',
      '2',
      ['__proto__', 'constructor', '__proto__[polluted]'],
    ]);
    expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
  });
});

describe('HttpRequest.params', () => {
  it('gives back whatever was encoded as one segment', async () => {
    const { get } = showing('/x/:value', ({ params }) => ({ value: params['value'] }));
    await fc.assert(
      fc.asyncProperty(
        // A segment of dots alone means another path, to a client already.
        wellFormed.filter((text) => text !== '' && text !== '.' && text !== '..'),
        async (value) => {
          const response = await get(`/x/${encodeURIComponent(value)}`);
          expect(await response.json()).to.deep.equal({ value });
        },
      ),
      { numRuns: 100 },
    );
  });

  it('decodes once, and splits at no encoded slash', async () => {
    const { get } = showing('/x/:value', ({ params }) => ({ value: params['value'] }));
    expect(await (await get('/x/%2e%2e%2fa%252Fb')).json()).to.deep.equal({ value: '../a%2Fb' });
  });

  it('pollutes nothing by names of prototypes', async () => {
    const { get } = showing('/:__proto__/:constructor', ({ params }) => [
      Object.keys(params),
      params['__proto__'],
      params['toString'] ?? 'nothing',
    ]);
    expect(await (await get('/a/b')).json()).to.deep.equal([['__proto__', 'constructor'], 'a', 'nothing']);
    expect(({} as Record<string, unknown>)['a']).to.equal(undefined);
  });

  it('answers 400 for a malformed escape', async () => {
    const { errors, get } = showing('/x/:value', ({ params }) => params);
    for (const path of ['/x/%zz', '/x/%', '/x/%ff']) {
      const response = await get(path);
      expect(response.status, path).to.equal(400);
      expect(await response.json()).to.have.property('detail', 'The path holds a malformed escape');
    }
    expect(errors).to.deep.equal([]);
  });
});
