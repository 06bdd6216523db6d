import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import FakeTimers from '@sinonjs/fake-timers';
import { expect } from 'chai';
import fc from 'fast-check';
import type { HandlerApp } from './app.js';
import { Barrier } from './barrier.test-support.js';
import type { HttpContext } from './context.js';
import { defineHandler } from './decorators/define.js';
import { Handler } from './decorators/handler.js';
import type { VerbenaError } from './errors.js';
import type { Filter } from './filter.js';
import { HttpException } from './http-exception.js';
import { causeOf, recordingApp, type RecordingApp } from './recording-app.test-support.js';

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

function webStreamOf(pieces: readonly string[]): ReadableStream<string> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
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
      TEXT,
      null,
    ],
    [
      'an object with Symbol.asyncIterator',
      () => ({
        async *[Symbol.asyncIterator]() {
          yield Buffer.from('abc');
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
    // a promise of another library
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

  it('when it is a Response, adds what its Vary names to what was named before', async () => {
    const naming: Filter = ({ response }, next) => {
      response.headers.append('vary', 'Origin');
      return next();
    };
    const declaration = { path: '/x', produces: ['text/csv'], use: [naming] };
    for (const [its, all] of [
      ['accept-language, Origin', 'Accept, Origin, accept-language'],
      ['*', '*'],
    ] as const) {
      const { get } = recordingApp([defineHandler(declaration, () => new Response('a,b', { headers: { vary: its } }))]);
      expect((await get('/x')).headers.get('vary')).to.equal(all);
    }
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

  for (const [what, make] of [
    ['a Readable', (pieces: readonly string[]) => Readable.from(pieces)],
    ['a ReadableStream', webStreamOf],
    [
      'the body of a Response',
      (pieces: readonly string[]) =>
        new Response(webStreamOf(pieces).pipeThrough(new TextEncoderStream()), {
          headers: { 'content-length': '4' },
        }),
    ],
  ] as const) {
    for (const pieces of [['abc', 'de', 'f'], ['abc']] as const) {
      it(`breaks ${what} off that gives ${pieces.length > 1 ? 'more' : 'less'} than its content-length`, async () => {
        const { app, get, errors } = returning(({ response }) => {
          response.headers.set('content-length', 4);
          return make(pieces);
        });
        const received: string[] = [];
        const failure = await (async () => {
          for await (const piece of (await get('/x')).body ?? []) received.push(Buffer.from(piece).toString());
        })().catch(causeOf);
        await app.close();
        expect(received).to.deep.equal(['abc']);
        expect(failure).to.have.property('code', 'wrong-length');
        expect(errors).to.deep.equal([failure]);
        expect(String(failure)).to.match(/Returning .*content-length of 4/);
      });
    }
  }

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
    expect(await response.text().catch(causeOf)).to.have.property('code', 'double-answer');
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

/** An async iterable that gives these pieces and hangs then, also when it is stopped. */
function hanging(stopped: () => void, ...pieces: readonly string[]): AsyncIterable<string> {
  const left = [...pieces];
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const value = left.shift();
        return value === undefined ? new Barrier<never>().passed : { done: false, value };
      },
      return() {
        stopped();
        return new Barrier<never>().passed;
      },
    }),
  };
}

describe('a generator', () => {
  it('sets status, type, headers and cookies of its answer before its first yield', async () => {
    @Handler('/x')
    class Counting {
      async *processRequest({ response }: HttpContext): AsyncGenerator<string> {
        response.status = 203;
        await turn();
        response.type = 'text/csv';
        response.headers.set('x-total', 2);
        response.cookies.set('seen', '1');
        yield 'a\n';
        yield 'b\n';
      }
    }
    const { get, errors } = recordingApp([Counting]);
    const response = await get('/x');
    expect(response.status).to.equal(203);
    expect(response.headers.get('content-type')).to.equal('text/csv; charset=utf-8');
    expect(response.headers.get('x-total')).to.equal('2');
    expect(response.headers.getSetCookie()).to.have.length(1);
    expect(await response.text()).to.equal('a\nb\n');
    expect(errors).to.deep.equal([]);
  });

  for (const [what, first, type] of [
    ['text', 'plain', TEXT],
    ['text that begins with a tag', '<p>', HTML],
    ['empty text', '', TEXT],
    ['bytes', Uint8Array.of(60, 112, 62), BYTES],
    ['a view of bytes', new Uint16Array(1), BYTES],
  ] as const) {
    it(`that begins with ${what} is sent as ${type} unless it sets another`, async () => {
      const generator = async function* (): AsyncGenerator<unknown> {
        yield first;
        yield '.';
      };
      expect(await sent(generator)).to.include({ status: 200, type, length: null });
      const own = await sent(({ response }) => {
        response.type = 'xml';
        return generator();
      });
      expect(own.type).to.equal('application/xml; charset=utf-8');
    });
  }

  it('sends the head with its first piece, though it is empty, and the next when it comes', async () => {
    const go = new Barrier();
    const { get } = returning(async function* () {
      yield '';
      await go.passed;
      yield 'later';
    });
    const response = await get('/x');
    go.open();
    expect(await response.text()).to.equal('later');
  });

  for (const [thrown, status, reported] of [
    [new HttpException(404, 'No such report'), 404, 0],
    [new Error('broken'), 500, 1],
  ] as const) {
    it(`that throws ${String(thrown)} before its first yield is answered with ${status}`, async () => {
      const { app, get, errors } = returning(async function* ({ response }) {
        response.headers.set('x-total', 2);
        await turn();
        if (response.status === 200) throw thrown;
        yield 'never';
      });
      const response = await get('/x');
      expect(response.status).to.equal(status);
      expect(response.headers.get('content-type')).to.equal('application/problem+json');
      expect(response.headers.has('x-total')).to.equal(false);
      await app.close();
      expect(errors).to.deep.equal(reported === 1 ? [thrown] : []);
    });
  }

  it('that yields nothing is an empty answer 200 of its type', async () => {
    const empty = async function* ({ response }: HttpContext): AsyncGenerator<string> {
      response.type = 'text/csv';
      yield* [];
    };
    const type = 'text/csv; charset=utf-8';
    expect(await sent(empty)).to.deep.equal({ status: 200, type, length: '0', body: '' });
    expect(await sent(async function* () {})).to.deep.equal({ status: 200, type: null, length: '0', body: '' });
  });

  it('may redirect or write instead of yielding', async () => {
    const { get } = returning(async function* ({ request, response }) {
      if (request.query.has('to')) {
        response.redirect('/elsewhere');
        return;
      }
      if (request.query.has('write')) {
        response.write('<p>written');
        return;
      }
      yield 'yielded';
    });
    const redirected = await get('/x?to', { redirect: 'manual' });
    expect([redirected.status, redirected.headers.get('location'), await redirected.text()]).to.deep.equal([
      302,
      '/elsewhere',
      '',
    ]);
    const written = await get('/x?write');
    expect([written.headers.get('content-type'), await written.text()]).to.deep.equal([HTML, '<p>written']);
    expect(await (await get('/x')).text()).to.equal('yielded');
  });

  it('may flush and write instead of yielding', async () => {
    const { app, get, errors } = returning(async function* ({ response, request }) {
      response.write('a');
      await response.flush();
      response.write('b');
      if (request.query.has('yield')) yield 'c';
    });
    expect(await (await get('/x')).text()).to.equal('ab');
    const yielding = (await get('/x?yield')).text();
    expect(await yielding.catch(causeOf)).to.have.property('code', 'double-answer');
    await app.close();
    expect(errors.map((error) => (error as VerbenaError).code)).to.deep.equal(['double-answer']);
    expect(String(errors[0])).to.include('Returning returned an async iterable after flush()');
  });

  it('is left by end() before its first await, and goes on after it without being sent', async () => {
    const steps: string[] = [];
    const { app, get, errors } = returning(async function* ({ request, response }) {
      if (request.query.has('late')) await turn();
      response.end('ended');
      steps.push('went on');
      if (request.query.has('yield')) yield 'too late';
    });
    expect(await (await get('/x')).text()).to.equal('ended');
    expect(steps).to.deep.equal([]);
    expect(await (await get('/x?late')).text()).to.equal('ended');
    expect(steps).to.deep.equal(['went on']);
    expect(errors).to.deep.equal([]);
    expect(await (await get('/x?late&yield')).text()).to.equal('ended');
    await app.close();
    expect(errors.map((error) => (error as VerbenaError).code)).to.deep.equal(['double-answer']);
  });

  for (const [code, first] of [
    ['double-answer', 'text'],
    ['bad-result', 7],
  ] as const) {
    it(`that ${code === 'bad-result' ? 'yields what cannot be sent' : 'writes and yields'} is stopped, and a 500 with code ${code}`, async () => {
      const stopped = new Barrier();
      const { get, errors } = returning(async function* ({ response }) {
        try {
          if (code === 'double-answer') response.write('written');
          yield first;
        } finally {
          stopped.open();
        }
      });
      expect((await get('/x')).status).to.equal(500);
      await stopped.passed;
      expect(errors.map((error) => (error as VerbenaError).code)).to.deep.equal([code]);
      expect(String(errors[0])).to.include('Returning');
    });
  }

  it('changes nothing of its head after its first yield, and is told what to do', async () => {
    const { app, get, errors } = returning(async function* ({ response }) {
      yield 'a';
      response.status = 404;
    });
    expect(await (await get('/x')).text().catch(causeOf)).to.have.property('code', 'response-flushed');
    await app.close();
    expect(errors.map(String)).to.have.length(1);
    expect(String(errors[0])).to.include('before the first yield of a generator');
  });

  it('has what it did to its session before its first yield saved before the head is sent', async () => {
    const stored = new Map<string, unknown>();
    const store = {
      get: async (key: string) => stored.get(key),
      set: async (key: string, value: unknown) => stored.set(key, value),
      delete: async (key: string) => stored.delete(key),
    };
    const counting = defineHandler({ path: '/x', session: 'required' }, async function* ({ session }: HttpContext) {
      await turn();
      const count = Number(session.get('count') ?? 0) + 1;
      session.set('count', count);
      yield String(count);
    });
    const { get, errors } = recordingApp([counting], { session: { store } });
    const first = await get('/x');
    expect(stored.size).to.equal(1);
    expect(await first.text()).to.equal('1');
    const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    expect(await (await get('/x', { headers: { cookie } })).text()).to.equal('2');
    expect(errors).to.deep.equal([]);
  });

  it('gives HEAD the fields that GET has, and is stopped at its first yield', async () => {
    const stopped = new Barrier();
    const answer = await sent(async function* ({ response }: HttpContext) {
      try {
        response.type = 'text/csv';
        yield 'a';
        yield 'b';
      } finally {
        stopped.open();
      }
    }, 'HEAD');
    expect(answer).to.deep.equal({ status: 200, type: 'text/csv; charset=utf-8', length: null, body: '' });
    await stopped.passed;
  });

  it('is not begun when the answer is decided already', async () => {
    let begun = false;
    const generator = async function* (): AsyncGenerator<string> {
      begun = true;
      yield 'a';
    };
    const { app, get, errors } = returning(async ({ response }) => {
      await turn();
      response.end('ended');
      return generator();
    });
    expect(await (await get('/x')).text()).to.equal('ended');
    await app.close();
    expect(errors.map((error) => (error as VerbenaError).code)).to.deep.equal(['double-answer']);
    expect(begun).to.equal(false);
  });

  it('is broken off without a word when that finds it after it has ended its answer', async () => {
    const { app, get, errors } = returning(async function* ({ response, signal }) {
      await turn();
      response.end('ended');
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as DOMException)));
      yield 'never';
    });
    expect(await (await get('/x')).text()).to.equal('ended');
    await app.close({ graceMs: 0 });
    expect(errors).to.deep.equal([]);
  });

  describe('that hangs before its first piece', () => {
    let clock: FakeTimers.Clock;
    beforeEach(() => {
      clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout'] });
    });
    afterEach(() => clock.uninstall());

    /** An async iterable that gives nothing, and ends when it is stopped. */
    function endless(stopped: () => void): AsyncIterable<string> {
      const end = new Barrier<IteratorResult<string>>();
      return {
        [Symbol.asyncIterator]: () => ({
          next: () => end.passed,
          async return() {
            stopped();
            end.open({ done: true, value: undefined });
            return end.passed;
          },
        }),
      };
    }

    interface Running {
      readonly client: AbortController;
      readonly app: HandlerApp;
    }

    const interruptions: readonly (readonly [how: string, interrupt: (running: Running) => unknown])[] = [
      ['its time is over', () => clock.tick(50)],
      ['its client leaves', ({ client }) => client.abort()],
      ['its application closes', ({ app }) => (void app.close({ graceMs: 0 }), clock.tick(0))],
    ];
    for (const [how, interrupt] of interruptions) {
      it(`is stopped when ${how}`, async () => {
        const stopped = new Barrier();
        const client = new AbortController();
        const { app, get, errors } = returning(() => endless(() => stopped.open()), { timeoutMs: 50 });
        const answer = get('/x', { signal: client.signal });
        await turn();
        interrupt({ app, client });
        await stopped.passed;
        if (!client.signal.aborted) expect((await answer).status).to.equal(503);
        await app.close();
        expect(errors).to.deep.equal([]);
      });

      it(`and cannot be stopped is given up when it goes on for longer than abandonMs after ${how}`, async () => {
        const client = new AbortController();
        const { app, get, errors } = returning(() => hanging(() => {}), { timeoutMs: 50, abandonMs: 100 });
        const answer = get('/x', { signal: client.signal });
        await turn();
        interrupt({ app, client });
        if (!client.signal.aborted) expect((await answer).status).to.equal(503);
        clock.tick(100);
        await app.close();
        expect(errors.map((error) => (error as VerbenaError).code)).to.deep.equal(['abandoned']);
      });
    }

    it('has what it did to its session saved though its client has left, as any handler has', async () => {
      const go = new Barrier();
      const client = new AbortController();
      const saved = new Barrier();
      const store = { get: async () => undefined, set: async () => saved.open(), delete: async () => {} };
      const slow = defineHandler({ path: '/x', session: 'required' }, async function* ({ session }: HttpContext) {
        session.set('a', 1);
        await go.passed;
        yield 'late';
      });
      const { app, get, errors } = recordingApp([slow], { session: { store } });
      const answer = get('/x', { signal: client.signal });
      await turn();
      client.abort();
      go.open();
      await saved.passed;
      await (await answer).body?.cancel();
      await app.close();
      expect(errors).to.deep.equal([]);
    });
  });
});

describe('a returned stream', () => {
  it('that fails breaks the body off and is reported once', async () => {
    for (const before of ['', 'first']) {
      const { app, get, errors } = returning(async function* () {
        yield before;
        throw new Error('broken');
      });
      const response = await get('/x');
      expect(await response.text().catch(causeOf)).to.have.property('message', 'broken');
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
    expect(await response.text().catch(causeOf)).to.have.property('code', 'ENOENT');
    expect(errors).to.have.length(1);
  });

  const sources: readonly (readonly [what: string, make: (stopped: () => void) => unknown])[] = [
    ['a Node stream', (stopped) => new Readable({ read() {} }).on('close', stopped)],
    ['a ReadableStream', (stopped) => new ReadableStream({ cancel: stopped })],
    ['a Response', (stopped) => new Response(new ReadableStream({ cancel: stopped }))],
    ['an async iterator', (stopped) => hanging(stopped, '')],
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

    it(`is stopped when it comes after its client has left: ${what}`, async () => {
      const [gate, stopped] = [new Barrier(), new Barrier()];
      const client = new AbortController();
      const { app, get, errors } = returning(async () => {
        await gate.passed;
        return make(() => stopped.open());
      });
      const answer = get('/x', { signal: client.signal });
      client.abort();
      gate.open();
      await stopped.passed;
      expect(await (await answer).text()).to.equal('');
      await app.close();
      expect(errors).to.deep.equal([]);
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
