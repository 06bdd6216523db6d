import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { Barrier } from './barrier.test-support.js';
import type { HttpContext } from './context.js';
import { defineHandler } from './decorators/define.js';
import type { VerbenaError } from './errors.js';
import { recordingApp, type RecordingApp } from './recording-app.test-support.js';

function returning(answer: (context: HttpContext) => unknown, options = {}): RecordingApp {
  return recordingApp([defineHandler({ path: '/x', name: 'Returning' }, (context) => answer(context))], options);
}

async function sent(answer: (context: HttpContext) => unknown, verb = 'GET') {
  const { get, errors } = returning(answer);
  const response = await get('/x', { method: verb });
  const body = Buffer.from(await response.arrayBuffer()).toString();
  expect(errors).to.deep.equal([]);
  const { headers } = response;
  return { status: response.status, type: headers.get('content-type'), length: headers.get('content-length'), body };
}

const HTML = 'text/html; charset=utf-8';
const TEXT = 'text/plain; charset=utf-8';
const BYTES = 'application/octet-stream';
const JSON_TYPE = 'application/json';

describe('what a handler returns', () => {
  const texts: readonly (readonly [text: string, type: string])[] = [
    ['plain', TEXT],
    ['', TEXT],
    ['a <b>bold</b> word', TEXT],
    ['1 < 2', TEXT],
    ['<3', TEXT],
    ['< p>', TEXT],
    ['<p>tag</p>', HTML],
    ['  \n<!DOCTYPE html><title>x</title>', HTML],
    ['<H1>loud</H1>', HTML],
    ['<!-- comment -->', HTML],
    ['<?xml version="1.0"?><a/>', 'application/xml; charset=utf-8'],
    ['\ufeff plain', TEXT],
  ];
  for (const [text, type] of texts) {
    it(`sends the text ${JSON.stringify(text)} as ${type}`, async () => {
      const { body, ...head } = await sent(() => text);
      expect(body).to.equal(text);
      expect(head).to.deep.equal({ status: 200, type, length: String(Buffer.byteLength(text)) });
    });
  }

  const values: readonly (readonly [what: string, value: unknown, json: string])[] = [
    ['an object', { a: 1, b: undefined, c: [null, 'ä'] }, '{"a":1,"c":[null,"ä"]}'],
    ['an array', [1, '<p>'], '[1,"<p>"]'],
    ['a number', 7, '7'],
    ['zero', 0, '0'],
    ['NaN', Number.NaN, 'null'],
    ['false', false, 'false'],
    ['a date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ['an object with toJSON', { toJSON: () => 'own' }, '"own"'],
    ['an object without prototype', Object.assign(Object.create(null) as object, { a: 1 }), '{"a":1}'],
  ];
  for (const [what, value, json] of values) {
    it(`sends ${what} as JSON`, async () => {
      expect(await sent(() => value)).to.deep.equal({
        status: 200,
        type: JSON_TYPE,
        length: String(Buffer.byteLength(json)),
        body: json,
      });
    });
  }

  const backing = Uint8Array.from([0, 97, 98, 99, 0]);
  const bytes: readonly (readonly [what: string, value: () => unknown])[] = [
    ['a Uint8Array', () => backing.subarray(1, 4)],
    ['a Buffer', () => Buffer.from('abc')],
    ['an ArrayBuffer', () => Uint8Array.from([97, 98, 99]).buffer],
    ['a DataView', () => new DataView(backing.buffer, 1, 3)],
    ['a Uint16Array', () => new Uint16Array(Uint8Array.from([97, 98, 99, 100]).buffer)],
  ];
  for (const [what, value] of bytes) {
    it(`sends ${what} as bytes`, async () => {
      const answer = await sent(value);
      expect(answer.body).to.equal(what === 'a Uint16Array' ? 'abcd' : 'abc');
      expect(answer).to.include({ status: 200, type: BYTES, length: String(answer.body.length) });
    });
  }

  const streams: readonly (readonly [what: string, value: () => unknown, type: string, length: string | null])[] = [
    ['a ReadableStream', () => new Blob(['abc']).stream(), BYTES, null],
    ['a Node Readable', () => Readable.from([Buffer.from('ab'), 'c']), BYTES, null],
    [
      'an async generator',
      async function* () {
        yield 'a';
        await turn();
        yield Uint8Array.of(98, 99);
      },
      BYTES,
      null,
    ],
    [
      'an object with Symbol.asyncIterator',
      () => ({
        async *[Symbol.asyncIterator]() {
          yield 'abc';
        },
      }),
      BYTES,
      null,
    ],
    ['a Blob', () => new Blob(['abc']), BYTES, '3'],
    ['a Blob with a type', () => new Blob(['abc'], { type: 'text/css' }), 'text/css; charset=utf-8', '3'],
    ['a Response', () => new Response('abc', { headers: { 'content-type': 'image/png' } }), 'image/png', null],
  ];
  for (const [what, value, type, length] of streams) {
    it(`sends ${what} piece by piece`, async () => {
      expect(await sent(value)).to.deep.equal({ status: 200, type, length, body: 'abc' });
      expect(await sent(value, 'HEAD')).to.deep.equal({ status: 200, type, length, body: '' });
    });
  }

  it('sends the same when it is promised', async () => {
    expect(await sent(async () => ({ a: 1 }))).to.include({ type: JSON_TYPE, body: '{"a":1}' });
    // oxlint-disable-next-line unicorn/no-thenable -- a promise of another library
    const foreign = { then: (resolve: (value: string) => void) => setImmediate(resolve, 'abc') };
    expect(await sent(() => foreign)).to.include({ type: TEXT, body: 'abc' });
  });

  for (const nothing of [undefined, null]) {
    it(`when it is ${nothing}, means what was written, or 204`, async () => {
      expect(await sent(() => nothing)).to.deep.equal({ status: 204, type: null, length: null, body: '' });
      const written = await sent(({ response }) => {
        response.write('<p>');
        response.write('a');
        return nothing;
      });
      expect(written).to.deep.equal({ status: 200, type: HTML, length: '4', body: '<p>a' });
    });
  }

  it('keeps the type the handler has set', async () => {
    const own = (value: unknown) => (context: HttpContext) => {
      context.response.type = 'text/csv';
      return value;
    };
    for (const value of ['<p>', { a: 1 }, Buffer.from('x'), new Blob(['x'], { type: 'text/css' })]) {
      expect((await sent(own(value))).type).to.equal('text/csv; charset=utf-8');
    }
  });

  it('when it is a Response, replaces status and fields and adds its cookies', async () => {
    const { get } = returning(({ response }) => {
      response.status = 201;
      response.headers.set('x-mine', 'kept');
      response.headers.set('x-both', 'mine');
      response.cookies.set('a', '1');
      const headers = new Headers({ 'x-both': 'its' });
      headers.append('set-cookie', 'b=2');
      headers.append('set-cookie', 'c=3');
      return new Response(null, { status: 202, headers });
    });
    const response = await get('/x');
    expect(response.status).to.equal(202);
    expect(response.headers.get('x-mine')).to.equal('kept');
    expect(response.headers.get('x-both')).to.equal('its');
    expect(response.headers.get('content-length')).to.equal('0');
    expect(response.headers.getSetCookie().map((cookie) => cookie.split(';')[0])).to.deep.equal(['a=1', 'b=2', 'c=3']);
  });

  describe('with a status that has no content', () => {
    for (const status of [204, 304] as const) {
      it(`sends neither content, type nor length with ${status} (aspnet-handlers.md I1)`, async () => {
        for (const value of ['text', undefined, Readable.from(['x'])]) {
          const answer = await sent(({ response }) => {
            response.status = status;
            response.headers.set('content-length', 99);
            return value;
          });
          expect(answer).to.include({ status, length: null, body: '' });
        }
      });
    }

    it('sends a length of zero with 205, whatever is returned', async () => {
      for (const value of ['text', undefined, new Blob(['abc'])]) {
        const answer = await sent(({ response }) => {
          response.status = 205;
          return value;
        });
        expect(answer).to.include({ status: 205, length: '0', body: '' });
      }
    });

    it('sends no type where nothing was written, though one was set (aspnet-handlers.md I1)', async () => {
      for (const status of [200, 204]) {
        const answer = await sent(({ response }) => {
          response.type = 'json';
          response.status = status;
        });
        expect(answer).to.deep.equal({ status, type: null, length: status === 200 ? '0' : null, body: '' });
      }
    });
  });

  describe('to HEAD', () => {
    it('gives the fields GET would have, and no content (aspnet-handlers.md I5)', async () => {
      expect(await sent(() => 'text', 'HEAD')).to.deep.equal({ status: 200, type: TEXT, length: '4', body: '' });
      const written = ({ response }: HttpContext): void => response.write('text');
      expect(await sent(written, 'HEAD')).to.deep.equal({ status: 200, type: TEXT, length: '4', body: '' });
    });

    it('keeps the length and type a handler has set without writing anything', async () => {
      const answer = await sent(({ response }) => {
        response.status = 200;
        response.type = 'image/png';
        response.headers.set('content-length', 12_345);
      }, 'HEAD');
      expect(answer).to.deep.equal({ status: 200, type: 'image/png', length: '12345', body: '' });
    });
  });

  it('is sent with its true length, whatever length the handler has set', async () => {
    for (const value of ['ä', Buffer.from('ab')]) {
      const answer = await sent(({ response }) => {
        response.headers.set('content-length', 1);
        return value;
      });
      expect(answer.length).to.equal('2');
    }
  });

  it('keeps text and bytes intact, whatever they are', async () => {
    let value: string | Uint8Array = '';
    const { get } = returning(() => value);
    const anyText = fc.uint16Array().map((units) => String.fromCharCode(...units));
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyText, fc.uint8Array()), async (returned) => {
        value = returned;
        const response = await get('/x');
        const body = Buffer.from(await response.arrayBuffer());
        expect(body.equals(Buffer.from(value as string))).to.equal(true);
        expect(response.headers.get('content-length')).to.equal(String(body.length));
      }),
    );
  });
});

describe('what cannot be sent', () => {
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  const cases: readonly (readonly [what: string, value: () => unknown])[] = [
    ['a BigInt', () => 1n],
    ['an object that holds a BigInt', () => ({ a: 1n })],
    ['a cycle', () => cycle],
    ['a function', () => () => 'x'],
    ['a class', () => class {}],
    ['a symbol', () => Symbol('x')],
    [
      'an object whose toJSON throws',
      () => ({
        toJSON: () => {
          throw new Error('no');
        },
      }),
    ],
    ['an object whose toJSON gives nothing', () => ({ toJSON: () => undefined })],
    [
      'a Response that has been read',
      async () => {
        const response = new Response('x');
        await response.text();
        return response;
      },
    ],
    [
      'a Response somebody is reading',
      () => {
        const response = new Response('x');
        response.body?.getReader();
        return response;
      },
    ],
    [
      'a ReadableStream somebody is reading',
      () => {
        const stream = new Blob(['x']).stream();
        stream.getReader();
        return stream;
      },
    ],
  ];
  for (const [what, value] of cases) {
    it(`is a 500 that names the handler in the report and shows nothing: ${what}`, async () => {
      const { get, errors } = returning(value);
      const response = await get('/x');
      expect(response.status).to.equal(500);
      expect(await response.json()).to.deep.equal({ type: 'about:blank', title: 'Internal Server Error', status: 500 });
      expect(errors).to.have.length(1);
      const [error] = errors as VerbenaError[];
      expect(error?.code).to.equal('bad-result');
      expect(error?.message).to.match(/^Returning returned /);
    });
  }

  it('is an error Response', async () => {
    const { get, errors } = returning(() => Response.error());
    expect((await get('/x')).status).to.equal(500);
    expect(errors).to.have.length(1);
  });
});

describe('a double answer', () => {
  it('is a 500 with code double-answer, naming the handler, when it wrote and returns a value', async () => {
    for (const value of ['text', { a: 1 }, '', 0, false]) {
      const { get, errors } = returning(({ response }) => {
        response.write('written');
        return value;
      });
      const response = await get('/x');
      expect(response.status).to.equal(500);
      expect(await response.text()).to.not.include('written');
      expect((errors as VerbenaError[]).map(({ code }) => code)).to.deep.equal(['double-answer']);
      expect(String(errors[0])).to.include('Returning');
    }
  });

  it('breaks the body off when it flushed and returns a value', async () => {
    const { get, errors } = returning(async ({ response }) => {
      response.write('written');
      await response.flush();
      return 'text';
    });
    const response = await get('/x');
    expect(response.status).to.equal(200);
    expect(await response.text().catch((error: VerbenaError) => error.code)).to.equal('double-answer');
    expect((errors as VerbenaError[]).map(({ code }) => code)).to.deep.equal(['double-answer']);
  });

  it('stops the stream it returned', async () => {
    const stream = new Readable({ read() {} });
    const { get } = returning(({ response }) => {
      response.write('written');
      return stream;
    });
    await get('/x');
    expect(stream.destroyed).to.equal(true);
  });
});

describe('a returned stream', () => {
  it('that fails before its first byte, or after it, breaks the body off and is reported once', async () => {
    for (const before of [[], ['first']]) {
      const { app, get, errors } = returning(async function* () {
        yield* before;
        throw new Error('broken');
      });
      const response = await get('/x');
      expect(await response.text().catch(String)).to.equal('Error: broken');
      await app.close();
      expect(errors.map(String)).to.deep.equal(['Error: broken']);
    }
  });

  it('that fails while nobody reads it yet brings nothing down, and fails whoever reads later', async () => {
    const { get, errors } = returning(() => createReadStream('/does/not/exist'));
    const response = await get('/x');
    const stream = createReadStream('/does/not/exist');
    await new Promise((resolve) => stream.on('error', resolve));
    await turn();
    expect(await response.text().catch((error: NodeJS.ErrnoException) => error.code)).to.equal('ENOENT');
    expect(errors).to.have.length(1);
  });

  const sources: readonly (readonly [what: string, make: (stopped: () => void) => unknown])[] = [
    ['a Node stream', (stopped) => new Readable({ read() {} }).on('close', stopped)],
    ['a ReadableStream', (stopped) => new ReadableStream({ cancel: stopped })],
    ['a Response', (stopped) => new Response(new ReadableStream({ cancel: stopped }))],
    [
      'an async iterator',
      (stopped) => ({
        [Symbol.asyncIterator]: () => ({
          next: () => new Barrier<never>().passed,
          return: () => {
            stopped();
            return new Barrier<never>().passed;
          },
        }),
      }),
    ],
  ];
  for (const [what, make] of sources) {
    it(`that hangs is stopped when its client leaves: ${what}`, async () => {
      const stopped = new Barrier();
      const { app, get, errors } = returning(() => make(() => stopped.open()));
      const reader = (await get('/x')).body?.getReader();
      const read = reader?.read();
      await turn();
      await reader?.cancel();
      await stopped.passed;
      await read;
      await app.close();
      expect(errors).to.deep.equal([]);
    });

    it(`is stopped, and not read, for HEAD: ${what}`, async () => {
      const stopped = new Barrier();
      const { app, get } = returning(() => make(() => stopped.open()));
      await get('/x', { method: 'HEAD' });
      await stopped.passed;
      await app.close();
    });

    it(`is stopped when it comes after the time is over: ${what}`, async () => {
      const stopped = new Barrier();
      const { app, get, errors } = returning(
        async ({ signal }) => {
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          return make(() => stopped.open());
        },
        { timeoutMs: 1 },
      );
      expect((await get('/x')).status).to.equal(503);
      await stopped.passed;
      await app.close();
      expect(errors).to.deep.equal([]);
    });

    it(`is stopped when its session cannot be saved: ${what}`, async () => {
      const stopped = new Barrier();
      const handler = defineHandler({ path: '/x', session: 'required' }, ({ session }: HttpContext) => {
        session.set('a', 1);
        return make(() => stopped.open());
      });
      const store = {
        get: async () => undefined,
        set: () => Promise.reject(new Error('store down')),
        delete: async () => {},
      };
      const { app, get, errors } = recordingApp([handler], { session: { store } });
      expect((await get('/x')).status).to.equal(500);
      await stopped.passed;
      await app.close();
      expect(errors.map(String)).to.deep.equal(['Error: store down']);
    });
  }
});
