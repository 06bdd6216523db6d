import { expect } from 'chai';
import fc from 'fast-check';
import { RequestCookies, ResponseCookies } from './cookies.js';
import { defineHandler } from './decorators/define.js';
import { VerbenaError } from './errors.js';
import { ResponseHeaders } from './headers.js';
import { HttpException } from './http-exception.js';
import { recordingApp } from './recording-app.test-support.js';

// Half a surrogate pair has no UTF-8, so the value is well-formed text.
const anyText = fc.string({ unit: 'grapheme' });
const cookieName = fc.string({
  unit: fc.constantFrom(...'abzAZ09!#$%&*+-.^_|~'.split('')),
  minLength: 1,
  maxLength: 8,
});

describe('RequestCookies', () => {
  it('finds each cookie by its exact name, decoded', () => {
    const cookies = new RequestCookies('a=1; b=x%20y; A=2; empty=; e=%C3%A9; eq=x=y');
    expect(cookies.names()).to.deep.equal(['a', 'b', 'A', 'empty', 'e', 'eq']);
    expect(cookies.names().map((name) => cookies.get(name))).to.deep.equal(['1', 'x y', '2', '', '\u00e9', 'x=y']);
    expect(cookies.get('c')).to.equal(undefined);
    expect(cookies.has('empty')).to.equal(true);
    expect(cookies.has('c')).to.equal(false);
  });

  it('takes the first of two cookies with one name, which is the one with the longer path (RFC 6265, 5.4)', () => {
    expect(new RequestCookies('a=first; a=second').get('a')).to.equal('first');
  });

  for (const header of [null, '', ';', '=', ';;a', 'no pair at all']) {
    it(`finds none in ${JSON.stringify(header)}`, () => {
      const cookies = new RequestCookies(header);
      expect(cookies.get('a')).to.equal(undefined);
      expect(cookies.has('a')).to.equal(false);
    });
  }

  it('throws 400 for a malformed escape of the cookie asked for, and of no other', () => {
    const cookies = new RequestCookies('good=1; bad=%zz; worse=%ff');
    expect(cookies.get('good')).to.equal('1');
    expect(cookies.has('bad')).to.equal(true);
    for (const name of ['bad', 'worse']) {
      expect(() => cookies.get(name))
        .to.throw(HttpException, `The cookie "${name}" holds a malformed escape`)
        .with.property('status', 400);
    }
  });

  it('finds nothing that was not sent, by whatever name', () => {
    for (const header of [null, 'a=1']) {
      const cookies = new RequestCookies(header);
      for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
        expect(cookies.get(name)).to.equal(undefined);
        expect(cookies.has(name)).to.equal(false);
      }
    }
  });

  it('takes names of prototypes as names', () => {
    const cookies = new RequestCookies('__proto__=1; constructor=2');
    expect(cookies.names()).to.deep.equal(['__proto__', 'constructor']);
    expect(cookies.get('__proto__')).to.equal('1');
    expect(cookies.get('constructor')).to.equal('2');
    expect(({} as Record<string, unknown>)['1']).to.equal(undefined);
  });

  it('never fails but with 400, whatever a client sends', () => {
    const part = fc.constantFrom('a', 'b', '=', ';', ' ', '"', '%', '%41', '%ff', '\t', ',', '__proto__');
    fc.assert(
      fc.property(fc.string({ unit: part, maxLength: 30 }), (header) => {
        const cookies = new RequestCookies(header);
        for (const name of cookies.names()) {
          try {
            expect(cookies.get(name)).to.be.a('string');
          } catch (error) {
            expect(error).to.be.instanceOf(HttpException).with.property('status', 400);
          }
        }
      }),
    );
  });
});

describe('ResponseCookies', () => {
  function cookies(): { cookies: ResponseCookies; lines: () => string[]; headers: ResponseHeaders } {
    const headers = new ResponseHeaders();
    return { cookies: new ResponseCookies(headers), lines: () => headers.getSetCookie(), headers };
  }

  it('sets a cookie for the whole site that scripts and other sites do not see, unless told otherwise', () => {
    const { cookies: set, lines } = cookies();
    set.set('a', 'x y;z');
    expect(lines()).to.deep.equal(['a=x%20y%3Bz; Path=/; HttpOnly; SameSite=Lax']);
  });

  it('takes every attribute, `maxAge` in seconds', () => {
    const { cookies: set, lines } = cookies();
    set.set('a', '1', {
      path: '/x',
      domain: 'example.org',
      maxAge: 60,
      expires: new Date(0),
      httpOnly: false,
      secure: true,
      sameSite: 'strict',
      partitioned: true,
      priority: 'high',
    });
    expect(lines()).to.deep.equal([
      'a=1; Max-Age=60; Domain=example.org; Path=/x; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; Partitioned; Priority=High; SameSite=Strict',
    ]);
  });

  it('replaces a cookie of the same name, path and domain, and keeps all others', () => {
    const { cookies: set, lines, headers } = cookies();
    headers.append('set-cookie', 'foreign=1');
    set.set('a', '1');
    set.set('a', '2', { path: '/x' });
    set.set('a', '3', { domain: 'example.org' });
    set.set('b', '4');
    set.set('a', '5');
    expect(lines().map((line) => line.split(';')[0])).to.deep.equal(['foreign=1', 'a=2', 'a=3', 'b=4', 'a=5']);
  });

  it('deletes with a date in the past, and the path and domain given', () => {
    const { cookies: set, lines } = cookies();
    set.set('a', '1', { path: '/x' });
    set.delete('a', { path: '/x' });
    expect(lines()).to.deep.equal([
      'a=; Max-Age=0; Path=/x; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax',
    ]);
  });

  for (const [what, act] of [
    ['a name with a line break', (set: ResponseCookies) => set.set('a\r\nX: y', '1')],
    ['a name with a semicolon', (set: ResponseCookies) => set.set('a;b', '1')],
    ['a name with an equals sign', (set: ResponseCookies) => set.set('a=b', '1')],
    ['an empty name', (set: ResponseCookies) => set.set('', '1')],
    ['a path with a line break', (set: ResponseCookies) => set.set('a', '1', { path: '/\r\nX: y' })],
    ['a path with a semicolon', (set: ResponseCookies) => set.set('a', '1', { path: '/; Domain=evil' })],
    ['a domain with a semicolon', (set: ResponseCookies) => set.set('a', '1', { domain: 'x; HttpOnly' })],
    ['half a second', (set: ResponseCookies) => set.set('a', '1', { maxAge: 0.5 })],
    ['no date', (set: ResponseCookies) => set.set('a', '1', { expires: new Date(NaN) })],
    ['a value that has no UTF-8', (set: ResponseCookies) => set.set('a', '\ud800')],
  ] as const) {
    it(`refuses ${what}, names the cookie, and sets nothing`, () => {
      const { cookies: set, lines } = cookies();
      expect(() => act(set)).to.throw(TypeError, /^The cookie ".*" cannot be set: /);
      expect(lines()).to.deep.equal([]);
    });
  }

  it('lets no value break out of its cookie, and gives it back as it was', () => {
    fc.assert(
      fc.property(cookieName, anyText, (name, value) => {
        const { cookies: set, lines } = cookies();
        set.set(name, value);
        const [line = ''] = lines();
        expect(line).to.match(/^[\x21-\x7e]+; Path=\/; HttpOnly; SameSite=Lax$/);
        expect(new RequestCookies(line.split(';')[0] ?? '').get(name)).to.equal(value);
      }),
    );
  });

  it('refuses whatever may not stand in a name, or sends it whole', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const { cookies: set, lines } = cookies();
        try {
          set.set(name, '1');
        } catch (error) {
          expect(error).to.be.instanceOf(TypeError);
          return;
        }
        expect(name).to.match(/^[\x21-\x7e]+$/);
        expect(name).to.not.match(/[;=]/);
        expect(lines()).to.deep.equal([`${name}=1; Path=/; HttpOnly; SameSite=Lax`]);
      }),
    );
  });

  it('can be asked for by names of prototypes', () => {
    const { cookies: set, lines } = cookies();
    set.set('__proto__', '1');
    set.set('constructor', '2');
    expect(lines().map((line) => line.split(';')[0])).to.deep.equal(['__proto__=1', 'constructor=2']);
  });

  it('refuses changes once the headers have been sent', async () => {
    const { errors, get } = recordingApp([
      defineHandler('/', async ({ response }) => {
        response.cookies.set('a', '1');
        await response.flush();
        response.cookies.set('b', '2');
      }),
    ]);
    const response = await get('/');
    await response.text().catch(() => {});
    expect(response.headers.getSetCookie()).to.deep.equal(['a=1; Path=/; HttpOnly; SameSite=Lax']);
    expect(errors).to.have.length(1);
    expect(errors[0]).to.be.instanceOf(VerbenaError).with.property('code', 'response-flushed');
  });

  it('sends each cookie in a field of its own', async () => {
    const { get } = recordingApp([
      defineHandler('/', ({ response }) => {
        response.cookies.set('a', '1', { expires: new Date(0) });
        response.cookies.set('b', '2');
      }),
    ]);
    expect((await get('/')).headers.getSetCookie()).to.have.length(2);
  });
});

describe('a malformed cookie', () => {
  const app = recordingApp([
    defineHandler('/asks', ({ request }) => request.cookies.get('bad')),
    defineHandler('/other', ({ request }) => request.cookies.get('good')),
  ]);
  const headers = { cookie: 'good=1; bad=%zz' };

  it('is 400 to the handler that asks for it', async () => {
    const response = await app.get('/asks', { headers });
    expect(response.status).to.equal(400);
    expect(await response.json()).to.have.property('detail', 'The cookie "bad" holds a malformed escape');
    expect(app.errors).to.deep.equal([]);
  });

  it('does not concern a handler that asks for another', async () => {
    expect(await (await app.get('/other', { headers })).text()).to.equal('1');
  });
});
