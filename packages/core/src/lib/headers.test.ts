import { expect } from 'chai';
import fc from 'fast-check';
import { defineHandler } from './decorators/define.js';
import { VerbenaError } from './errors.js';
import { RecordHeaders, ResponseHeaders } from './headers.js';
import { recordingApp } from './recording-app.test-support.js';

describe('ResponseHeaders', () => {
  it('knows a field by its name in any case', () => {
    const headers = new ResponseHeaders();
    headers.set('X-Thing', 'a');
    expect(headers.get('x-THING')).to.equal('a');
    expect(headers.has('X-THING')).to.equal(true);
    headers.set('x-thing', 'b');
    headers.delete('X-thing');
    expect(headers.get('x-thing')).to.equal(null);
    expect(headers.has('x-thing')).to.equal(false);
    expect([...headers]).to.deep.equal([]);
  });

  it('joins what was appended, and keeps it apart for the host', () => {
    const headers = new ResponseHeaders();
    headers.append('vary', 'A');
    headers.append('Vary', 'B');
    headers.append('vary', 3);
    expect(headers.get('vary')).to.equal('A, B, 3');
    expect([...headers]).to.deep.equal([['vary', 'A, B, 3']]);
    expect([...headers.fields()]).to.deep.equal([['vary', ['A', 'B', '3']]]);
    headers.set('vary', ['C', 'D']);
    expect(headers.get('vary')).to.equal('C, D');
    headers.set('vary', 7);
    expect(headers.get('vary')).to.equal('7');
  });

  it('never joins cookies (RFC 6265, 3)', () => {
    const headers = new ResponseHeaders();
    headers.append('set-cookie', 'a=1');
    headers.append('set-cookie', 'b=2');
    expect(headers.getSetCookie()).to.deep.equal(['a=1', 'b=2']);
    expect([...headers]).to.deep.equal([
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ]);
    headers.getSetCookie().push('c=3');
    expect(headers.getSetCookie()).to.have.length(2);
  });

  for (const name of ['', 'a b', 'a:b', 'a\r\nb', 'a\nb', 'a\0', '\u00e9', 'a,b', '"a"', 'a(b)']) {
    it(`refuses the name ${JSON.stringify(name)}`, () => {
      const headers = new ResponseHeaders();
      for (const act of ['set', 'append'] as const)
        expect(() => headers[act](name, 'x')).to.throw(TypeError, 'is no header name');
      expect(() => headers.delete(name)).to.throw(TypeError);
      expect([...headers]).to.deep.equal([]);
    });
  }

  it('says where a value holds what may not stand there', () => {
    const headers = new ResponseHeaders();
    expect(() => headers.set('x-a', 'abc\r\nSet-Cookie: evil=1')).to.throw(
      TypeError,
      'The value of the header "x-a" holds U+000D at position 3; line breaks and control characters may not stand in a header, and other text must be encoded',
    );
    expect(() => headers.append('x-a', '\u20ac')).to.throw(TypeError, 'U+20AC at position 0');
    expect(() => headers.set('x-a', ['fine', 'not\nfine'])).to.throw(TypeError, 'U+000A at position 3');
    expect([...headers]).to.deep.equal([]);
  });

  for (const character of ['\0', '\b', '\n', '\v', '\f', '\r', '\x1b', '\x7f', '\u0100', '\u2028']) {
    it(`refuses a value with ${JSON.stringify(character)}`, () => {
      expect(() => new ResponseHeaders().set('x', `a${character}b`)).to.throw(TypeError, 'at position 1');
    });
  }

  it('takes exactly the values that may stand in a header (RFC 9110, 5.5)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const headers = new ResponseHeaders();
        const allowed = Array.from(value).every((character) => {
          const code = character.codePointAt(0) ?? 0;
          return code === 0x09 || (code >= 0x20 && code <= 0xff && code !== 0x7f);
        });
        if (allowed) {
          headers.set('x', value);
          expect(headers.get('x')).to.equal(value);
          // What we take, a host must take as well.
          expect(() => new Headers([...headers])).to.not.throw();
        } else {
          expect(() => headers.set('x', value)).to.throw(TypeError);
          expect(() => headers.append('x', value)).to.throw(TypeError);
        }
      }),
    );
  });

  for (const [name, values] of [
    ['Content-Length', ['', 'abc', '-1', '+1', '1.5', '1e3', '5, 5', '0x5', ' 5', -1, 1.5, Number.NaN, 1e21]],
    ['connection', ['', 'keep-alive', 'close, x-secret']],
    ['Transfer-Encoding', ['chunked', 'identity', '']],
    ['trailer', ['x-checksum']],
    ['keep-alive', ['timeout=5']],
    ['proxy-connection', ['close']],
  ] as const) {
    for (const value of values) {
      it(`leaves the frame of the message to the host: refuses ${name} ${JSON.stringify(value)} (RFC 9110, 7.6.1)`, () => {
        for (const act of ['set', 'append'] as const) {
          const headers = new ResponseHeaders();
          expect(() => headers[act](name, value)).to.throw(
            TypeError,
            `Setting the header "${name.toLowerCase()}" to "${value}" was refused`,
          );
          expect([...headers]).to.deep.equal([]);
        }
      });
    }
  }

  it('takes one content-length, a number of bytes', () => {
    const headers = new ResponseHeaders();
    headers.set('content-length', 5);
    expect(() => headers.append('content-length', 5)).to.throw(TypeError, '"5, 5"');
    expect(() => headers.set('content-length', ['5', '5'])).to.throw(TypeError, '"5, 5"');
    expect(headers.get('content-length')).to.equal('5');
    headers.set('content-length', '0');
    expect(headers.get('content-length')).to.equal('0');
  });

  it('takes a connection that is to be closed, or to change its protocol (RFC 9110, 15.5.22)', () => {
    const headers = new ResponseHeaders();
    for (const value of ['close', 'Upgrade']) {
      headers.set('connection', value);
      expect(headers.get('connection')).to.equal(value);
    }
  });

  it('takes names of prototypes as names', () => {
    const headers = new ResponseHeaders();
    expect(headers.get('__proto__')).to.equal(null);
    expect(headers.has('constructor')).to.equal(false);
    headers.set('__proto__', 'x');
    expect([...headers]).to.deep.equal([['__proto__', 'x']]);
    expect(headers.get('__proto__')).to.equal('x');
  });

  it('refuses every change once sent, with response-flushed, and can still be read', async () => {
    const seen: unknown[] = [];
    const { get } = recordingApp([
      defineHandler('/', async ({ response }) => {
        response.headers.set('x-a', '1');
        await response.flush();
        for (const act of [
          () => response.headers.set('x-a', '2'),
          () => response.headers.append('x-a', '2'),
          () => response.headers.delete('x-a'),
        ]) {
          try {
            act();
          } catch (error) {
            seen.push(error instanceof VerbenaError ? error.code : error);
          }
        }
        seen.push(response.headers.get('x-a'));
      }),
    ]);
    const response = await get('/');
    await response.text();
    expect(seen).to.deep.equal(['response-flushed', 'response-flushed', 'response-flushed', '1']);
    expect(response.headers.get('x-a')).to.equal('1');
  });

  it('lets nobody answer with a line break: the client gets 500, and nothing of it', async () => {
    const { errors, get } = recordingApp([
      defineHandler('/', ({ request, response }) => {
        response.headers.set('x-echo', request.query.get('v') ?? '');
        return 'ok';
      }),
    ]);
    const response = await get('/?v=a%0D%0ASet-Cookie:%20evil=1');
    expect(response.status).to.equal(500);
    expect(response.headers.getSetCookie()).to.deep.equal([]);
    expect(response.headers.has('x-echo')).to.equal(false);
    expect(await response.text()).to.not.contain('evil');
    expect(errors).to.have.length(1);
  });
});

describe('RecordHeaders', () => {
  it('reads the record of a Node request as Headers do', () => {
    const headers = new RecordHeaders({ accept: 'a', 'x-many': ['1', '2'], absent: undefined });
    expect(headers.get('Accept')).to.equal('a');
    expect(headers.get('x-many')).to.equal('1, 2');
    expect(headers.get('absent')).to.equal(null);
    expect(headers.has('ACCEPT')).to.equal(true);
    expect(headers.has('absent')).to.equal(false);
    expect([...headers]).to.deep.equal([
      ['accept', 'a'],
      ['x-many', '1, 2'],
    ]);
  });

  it('has no field that was not sent, by whatever name', () => {
    const headers = new RecordHeaders({ a: '1' });
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(headers.get(name)).to.equal(null);
      expect(headers.has(name)).to.equal(false);
    }
  });

  it('leaves out the pseudo-fields of HTTP/2', () => {
    expect([...new RecordHeaders({ ':path': '/', accept: 'a' })]).to.deep.equal([['accept', 'a']]);
  });
});
