import { expect } from 'chai';
import { defineHandler, type HttpContext, HttpException, VerbenaError } from '@verbena/core';
import { type Behaviour, behavioursOf } from '../behaviour.js';
import { problemIn } from '../problem-details.js';
import type { Stage } from '../stage.js';

/** The answer to a handler that returns this. */
async function answerTo(stage: Stage, value: () => unknown): Promise<Response> {
  const { fetch } = await stage.serve([defineHandler('GET /', value)]);
  return fetch('/');
}

/** Checks an answer 200 of this type and text, and its length unless it is streamed. */
async function expectText(response: Response, type: string, text: string, isStreamed = false): Promise<void> {
  expect(response.status).to.equal(200);
  expect(response.headers.get('content-type')).to.equal(type);
  expect(response.headers.get('content-length')).to.equal(
    isStreamed ? null : String(new TextEncoder().encode(text).byteLength),
  );
  expect(await response.text()).to.equal(text);
}

/** Answers that are there as soon as they are asked for. */
const instant: readonly ((context: HttpContext) => unknown)[] = [
  () => 'Grüße',
  () => ({ name: 'ü' }),
  () => new Uint8Array([1, 2, 3]),
  () => undefined,
  ({ response }) => response.write('<p>written</p>'),
  ({ response }) => response.redirect('/elsewhere'),
  ({ response }) => {
    response.status = 201;
    response.headers.set('vary', 'Accept-Language');
    response.headers.append('link', '</a>');
    response.headers.append('link', '</b>');
    response.cookies.set('one', '1');
    response.cookies.set('two', '2');
    return [1];
  },
  ({ response }) => {
    response.status = 304;
  },
  ({ response }) => response.end('ended'),
  () => {
    throw new HttpException(409, 'taken', { headers: { 'x-own': 'yes' } });
  },
];

async function* pieces(): AsyncGenerator<string | Uint8Array> {
  yield 'Grüße, ';
  yield new TextEncoder().encode('世界');
  yield '';
  yield '!';
}

/** What becomes of a handler's return value. */
export const results: readonly Behaviour[] = behavioursOf('results', {
  'a string is sent as text': async (stage) => {
    await expectText(await answerTo(stage, () => 'Grüße, 世界'), 'text/plain; charset=utf-8', 'Grüße, 世界');
  },

  'a string that begins with a tag is sent as HTML': async (stage) => {
    const html = '<!doctype html><title>ü</title>';
    await expectText(await answerTo(stage, () => html), 'text/html; charset=utf-8', html);
  },

  'a string that begins as XML is sent as XML': async (stage) => {
    const xml = '<?xml version="1.0"?><a>ü</a>';
    await expectText(await answerTo(stage, () => xml), 'application/xml; charset=utf-8', xml);
  },

  'an empty string is an empty answer 200': async (stage) => {
    await expectText(await answerTo(stage, () => ''), 'text/plain; charset=utf-8', '');
  },

  'an object, an array, a number or a boolean is sent as JSON': async (stage) => {
    for (const value of [{ name: 'ü', list: [1] }, [1, 'two'], 12.5, false]) {
      await expectText(await answerTo(stage, () => value), 'application/json', JSON.stringify(value));
    }
  },

  'bytes are sent as they are': async (stage) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    for (const value of [bytes, bytes.buffer, Buffer.from(bytes), bytes.subarray(0)]) {
      const response = await answerTo(stage, () => value);
      expect(response.headers.get('content-type')).to.equal('application/octet-stream');
      expect(response.headers.get('content-length')).to.equal('256');
      expect(new Uint8Array(await response.arrayBuffer())).to.deep.equal(bytes);
    }
  },

  'of a view on bytes, only what it shows is sent': async (stage) => {
    const response = await answerTo(stage, () => new TextEncoder().encode('secret shown secret').subarray(7, 12));
    expect(response.headers.get('content-length')).to.equal('5');
    expect(await response.text()).to.equal('shown');
  },

  'a Blob is sent with its type and length': async (stage) => {
    const response = await answerTo(stage, () => new Blob(['a,b\n'], { type: 'text/csv' }));
    expect(response.headers.get('content-type')).to.equal('text/csv; charset=utf-8');
    expect(response.headers.get('content-length')).to.equal('4');
    expect(await response.text()).to.equal('a,b\n');
  },

  'a ReadableStream is sent to its end': async (stage) => {
    const response = await answerTo(stage, () => ReadableStream.from(pieces()));
    await expectText(response, 'application/octet-stream', 'Grüße, 世界!', true);
  },

  'a Readable of Node is sent to its end': async (stage) => {
    const { Readable } = await import('node:stream');
    const response = await answerTo(stage, () => Readable.from(pieces()));
    await expectText(response, 'application/octet-stream', 'Grüße, 世界!', true);
  },

  'what an async generator yields is sent to its end': async (stage) => {
    await expectText(await answerTo(stage, () => pieces()), 'text/plain; charset=utf-8', 'Grüße, 世界!', true);
  },

  'a generator that yields bytes first is bytes, one that yields nothing is an empty answer 200': async (stage) => {
    const bytes = await answerTo(stage, async function* () {
      yield Uint8Array.of(255);
    });
    expect(bytes.headers.get('content-type')).to.equal('application/octet-stream');
    expect((await bytes.arrayBuffer()).byteLength).to.equal(1);
    const empty = await answerTo(stage, async function* () {});
    expect(empty.status).to.equal(200);
    expect(await empty.text()).to.equal('');
  },

  'what a generator sets before its first piece goes with the answer': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /', async function* ({ response }: HttpContext) {
        await Promise.resolve();
        response.status = 201;
        response.type = 'text/csv';
        response.headers.set('x-set', 'early');
        response.cookies.set('early', '1');
        yield 'a,b\n';
      }),
    ]);
    const response = await fetch('/');
    expect(response.status).to.equal(201);
    expect(response.headers.get('content-type')).to.equal('text/csv; charset=utf-8');
    expect(response.headers.get('x-set')).to.equal('early');
    expect(response.headers.getSetCookie()).to.have.length(1);
    expect(await response.text()).to.equal('a,b\n');
  },

  'a generator that fails before its first piece fails like any other handler': async (stage) => {
    const { fetch, reported } = await stage.serve([
      // oxlint-disable-next-line require-yield
      defineHandler('GET /refused', async function* () {
        throw new HttpException(409);
      }),
      // oxlint-disable-next-line require-yield
      defineHandler('GET /fault', async function* () {
        throw new Error('fault');
      }),
    ]);
    await problemIn(await fetch('/refused'), 409);
    await problemIn(await fetch('/fault'), 500);
    expect(reported.map(String)).to.deep.equal(['Error: fault']);
  },

  'a stream keeps the type its handler set': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /', ({ response }: HttpContext) => {
        response.type = 'text/csv';
        return pieces();
      }),
    ]);
    await expectText(await fetch('/'), 'text/csv; charset=utf-8', 'Grüße, 世界!', true);
  },

  'an empty stream is an empty answer 200': async (stage) => {
    const { Readable } = await import('node:stream');
    const response = await answerTo(stage, () => Readable.from([]));
    expect(response.status).to.equal(200);
    expect(await response.text()).to.equal('');
  },

  'a Response is sent as it stands': async (stage) => {
    const headers = new Headers([
      ['content-type', 'text/css'],
      ['x-trace', 'abc'],
      ['set-cookie', 'one=1'],
      ['set-cookie', 'two=2; Path=/'],
    ]);
    const response = await answerTo(stage, () => new Response('a{}', { status: 418, headers }));
    expect(response.status).to.equal(418);
    expect(response.headers.get('content-type')).to.equal('text/css');
    expect(response.headers.get('x-trace')).to.equal('abc');
    expect(response.headers.getSetCookie()).to.deep.equal(['one=1', 'two=2; Path=/']);
    expect(await response.text()).to.equal('a{}');
  },

  'a Response without a body is sent without one': async (stage) => {
    const response = await answerTo(stage, () => new Response(null, { status: 202 }));
    expect(response.status).to.equal(202);
    expect(response.headers.get('content-length')).to.equal('0');
    expect(await response.text()).to.equal('');
  },

  'nothing returned and nothing written is 204': async (stage) => {
    for (const value of [undefined, null]) {
      const response = await answerTo(stage, () => value);
      expect(response.status).to.equal(204);
      expect(response.headers.has('content-length')).to.equal(false);
      expect(response.headers.has('content-type')).to.equal(false);
      expect(await response.text()).to.equal('');
    }
  },

  'nothing under a chosen status is an empty answer of that status': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /', ({ response }: HttpContext) => {
        response.status = 202;
      }),
    ]);
    const response = await fetch('/');
    expect(response.status).to.equal(202);
    expect(response.headers.get('content-length')).to.equal('0');
    expect(response.headers.has('content-type')).to.equal(false);
    expect(await response.text()).to.equal('');
  },

  'what was written is sent as one answer': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /', async ({ response }: HttpContext) => {
        response.write('Grüße, ');
        await Promise.resolve();
        response.write(new TextEncoder().encode('世界'));
      }),
    ]);
    await expectText(await fetch('/'), 'text/plain; charset=utf-8', 'Grüße, 世界');
  },

  'a promise is awaited': async (stage) => {
    await expectText(await answerTo(stage, async () => 'later'), 'text/plain; charset=utf-8', 'later');
  },

  'a value that cannot be sent is 500, and the report names its handler': async (stage) => {
    const { fetch, reported } = await stage.serve([
      defineHandler({ path: '/', name: 'Unsendable' }, () => ({ big: 1n })),
    ]);
    await problemIn(await fetch('/'), 500);
    expect(reported).to.have.length(1);
    expect(reported[0]).to.be.instanceOf(VerbenaError).with.property('code', 'bad-result');
    expect(String(reported[0])).to.include('Unsendable');
  },

  'both writing and returning is 500': async (stage) => {
    const { fetch, reported } = await stage.serve([
      defineHandler('GET /', ({ response }: HttpContext) => {
        response.write('one');
        return 'two';
      }),
    ]);
    await problemIn(await fetch('/'), 500);
    expect(reported).to.have.length(1);
    expect(reported[0]).to.have.property('code', 'double-answer');
  },

  'a large answer arrives whole': async (stage) => {
    const bytes = Uint8Array.from({ length: 2_000_000 }, (_, index) => index % 251);
    const { fetch } = await stage.serve([
      defineHandler('GET /bytes', () => bytes),
      defineHandler('GET /text', () => 'ü'.repeat(500_000)),
      defineHandler('GET /stream', () =>
        (async function* () {
          for (let start = 0; start < bytes.byteLength; start += 100_000) yield bytes.subarray(start, start + 100_000);
        })(),
      ),
    ]);
    for (const path of ['/bytes', '/stream']) {
      const received = Buffer.from(await (await fetch(path)).arrayBuffer());
      expect(received.equals(bytes), path).to.equal(true);
    }
    expect((await (await fetch('/text')).arrayBuffer()).byteLength).to.equal(1_000_000);
  },

  'an answer that is there at once is the same as one that takes time': async (stage) => {
    const { fetch } = await stage.serve(
      instant.flatMap((act, index) => [
        defineHandler(`/at-once/${index}`, (context: HttpContext) => act(context)),
        defineHandler({ path: `/later/${index}`, use: [async (_context, next) => next()] }, (context: HttpContext) =>
          act(context),
        ),
      ]),
    );
    const answerOf = async (path: string, method: string): Promise<unknown> => {
      const response = await fetch(path, { method, redirect: 'manual' });
      const headers = [...response.headers].filter(([name]) => name !== 'date');
      return { status: response.status, headers, text: await response.text() };
    };
    for (const method of ['GET', 'HEAD', 'POST']) {
      for (const index of instant.keys()) {
        const atOnce = await answerOf(`/at-once/${index}`, method);
        expect(atOnce, `${method} ${index}`).to.deep.equal(await answerOf(`/later/${index}`, method));
      }
    }
  },
});
