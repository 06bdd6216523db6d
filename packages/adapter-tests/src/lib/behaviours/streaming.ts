import { expect } from 'chai';
import { defineHandler, type HttpContext } from '@verbena/core';
import { Barrier } from '../barrier.js';
import { type Behaviour, behavioursOf, overSocket } from '../behaviour.js';
import { BodyReader } from '../body-reader.js';
import { aheadLimitBytes, untilItStalls } from '../pressure.js';
import { brokenOff, rejectionOf } from '../rejection.js';

const CHUNK = new Uint8Array(65_536).fill(120);

/** How much a handler would send if nobody stopped it, in chunks: far more than any buffers between can hold. */
const MUCH = 2048;

/** Answers that are sent while they come to be. */
export const streaming: readonly Behaviour[] = behavioursOf('streaming', {
  'what was flushed arrives while the handler goes on': async (stage) => {
    const goOn = [new Barrier(), new Barrier()];
    const { fetch } = await stage.serve([
      defineHandler('GET /', async ({ response }: HttpContext) => {
        response.write('one ');
        await response.flush();
        await goOn[0]?.opened;
        response.write('two ');
        await response.flush();
        await goOn[1]?.opened;
        response.write('three');
      }),
    ]);
    const response = await fetch('/');
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.equal('text/plain; charset=utf-8');
    const reader = new BodyReader(response);
    await stage.within(reader.until('one '), 'the first piece');
    goOn[0]?.open();
    await stage.within(reader.until('two '), 'the second piece');
    goOn[1]?.open();
    expect(await reader.end()).to.equal('one two three');
  },

  'after the first flush, what is written arrives without another': async (stage) => {
    const goOn = new Barrier();
    const { fetch } = await stage.serve([
      defineHandler('GET /', async ({ response }: HttpContext) => {
        await response.flush();
        response.write('written');
        await goOn.opened;
      }),
    ]);
    const reader = new BodyReader(await fetch('/'));
    await stage.within(reader.until('written'), 'what was written');
    goOn.open();
    expect(await reader.end()).to.equal('written');
  },

  'status and headers arrive with the first flush, before anything was written': async (stage) => {
    const goOn = new Barrier();
    const { fetch } = await stage.serve([
      defineHandler('GET /', async ({ response }: HttpContext) => {
        response.status = 202;
        response.type = 'text';
        response.headers.set('x-early', 'yes');
        response.cookies.set('early', '1');
        await response.flush();
        await goOn.opened;
        response.write('late');
      }),
    ]);
    const response = await fetch('/');
    expect(response.status).to.equal(202);
    expect(response.headers.get('x-early')).to.equal('yes');
    expect(response.headers.getSetCookie()).to.have.length(1);
    goOn.open();
    expect(await response.text()).to.equal('late');
  },

  'a yielded piece arrives before the next is made': async (stage) => {
    const goOn = new Barrier();
    const { fetch } = await stage.serve([
      defineHandler('GET /', async function* () {
        yield 'one ';
        await goOn.opened;
        yield 'two';
      }),
    ]);
    const reader = new BodyReader(await fetch('/'));
    await stage.within(reader.until('one '), 'the first piece');
    goOn.open();
    expect(await reader.end()).to.equal('one two');
  },

  'status, headers and cookies can no longer be changed after a flush': async (stage) => {
    const codes: unknown[] = [];
    const { fetch } = await stage.serve([
      defineHandler('GET /', async ({ response }: HttpContext) => {
        await response.flush();
        const changes = [
          () => (response.status = 500),
          () => response.headers.set('x-late', '1'),
          () => response.headers.delete('content-type'),
          () => response.cookies.set('late', '1'),
          () => response.redirect('/'),
        ];
        for (const change of changes) {
          try {
            change();
          } catch (error) {
            codes.push((error as { code?: unknown }).code);
          }
        }
        response.write('body');
      }),
    ]);
    const response = await fetch('/');
    expect(await response.text()).to.equal('body');
    expect(response.status).to.equal(200);
    expect(response.headers.has('x-late')).to.equal(false);
    expect(codes).to.deep.equal(Array.from({ length: 5 }, () => 'response-flushed'));
  },

  'a handler that fails after a flush breaks the connection off': async (stage) => {
    const { fetch, reported } = await stage.serve([
      defineHandler('GET /', async ({ response }: HttpContext) => {
        response.write('half of');
        await response.flush();
        throw new Error('fault');
      }),
    ]);
    await stage.within(brokenOff(fetch('/')), 'the answer to break off');
    expect(reported.map(String)).to.deep.equal(['Error: fault']);
  },

  'a returned stream that fails breaks the connection off': async (stage) => {
    const { fetch, reported } = await stage.serve([
      defineHandler('GET /', async function* () {
        yield 'half of';
        throw new Error('fault');
      }),
    ]);
    await stage.within(brokenOff(fetch('/')), 'the answer to break off');
    expect(reported.map(String)).to.deep.equal(['Error: fault']);
  },

  'what breaks off does not look complete on the wire': overSocket(async (stage) => {
    const arrived = new Barrier();
    const served = await stage.serve([
      defineHandler('GET /', async function* () {
        yield 'half of';
        await arrived.opened;
        throw new Error('fault');
      }),
    ]);
    const connection = await served.connect();
    connection.request('GET /');
    await stage.within(connection.until('half of'), 'the first piece');
    arrived.open();
    const received = await stage.within(connection.end(), 'the connection to end');
    expect(received).not.to.match(/0\r\n\r\n$/);
  }),

  'after an answer broke off, the host goes on': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /broken', async function* () {
        yield 'half of';
        throw new Error('fault');
      }),
      defineHandler('GET /whole', () => 'whole'),
    ]);
    await brokenOff(fetch('/broken'));
    expect(await (await fetch('/whole')).text()).to.equal('whole');
  },

  'end() after a flush ends the body while the handler goes on': async (stage) => {
    const goOn = new Barrier();
    const { fetch } = await stage.serve([
      defineHandler('GET /', async ({ response }: HttpContext) => {
        response.write('one ');
        await response.flush();
        response.end('two');
        await goOn.opened;
      }),
    ]);
    const response = await fetch('/');
    expect(await stage.within(response.text(), 'the end of the body')).to.equal('one two');
    goOn.open();
  },

  'empty pieces end nothing': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /', async ({ response }: HttpContext) => {
        await response.flush();
        for (const piece of ['one', '', new Uint8Array(0), ' two']) {
          response.write(piece);
          await response.flush();
        }
      }),
    ]);
    expect(await (await fetch('/')).text()).to.equal('one two');
  },

  'much that is written arrives whole and in order': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /', async ({ response }: HttpContext) => {
        for (let line = 0; line < 5_000; line += 1) {
          response.write(`${line}\n`);
          if (line % 10 === 0) await response.flush();
        }
      }),
    ]);
    const text = await (await fetch('/')).text();
    expect(text).to.equal(Array.from({ length: 5_000 }, (_, line) => `${line}\n`).join(''));
  },

  'streams at the same time do not mix': async (stage) => {
    const turns = [new Barrier(), new Barrier()];
    const { fetch } = await stage.serve([
      defineHandler('GET /:name', async function* ({ request }: HttpContext) {
        const { name = '' } = request.params;
        yield `${name}1 `;
        await turns[Number(name)]?.opened;
        yield `${name}2`;
      }),
    ]);
    const readers = [new BodyReader(await fetch('/0')), new BodyReader(await fetch('/1'))];
    turns[1]?.open();
    expect(await readers[1]?.end()).to.equal('11 12');
    turns[0]?.open();
    expect(await readers[0]?.end()).to.equal('01 02');
  },

  'a handler that awaits flush() does not run ahead of a slow reader': async (stage) => {
    let flushed = 0;
    const served = await stage.serve([
      defineHandler('GET /much', async ({ response, signal }: HttpContext) => {
        while (flushed < MUCH && !signal.aborted) {
          response.write(CHUNK);
          await response.flush();
          flushed += 1;
        }
      }),
      defineHandler('GET /ping', () => 'pong'),
    ]);
    const reader = new BodyReader(await served.fetch('/much'));
    await reader.until('x');
    await untilItStalls(served, () => flushed);
    expect(flushed * CHUNK.byteLength).to.be.below(aheadLimitBytes(served));
    await reader.leave();
  },

  'a returned stream is not read ahead of a slow reader': async (stage) => {
    let made = 0;
    const served = await stage.serve([
      defineHandler('GET /much', async function* () {
        for (; made < MUCH; made += 1) yield CHUNK;
      }),
      defineHandler('GET /ping', () => 'pong'),
    ]);
    const reader = new BodyReader(await served.fetch('/much'));
    await reader.until('x');
    await untilItStalls(served, () => made);
    expect(made * CHUNK.byteLength).to.be.below(aheadLimitBytes(served));
    await reader.leave();
  },

  'a body is not taken from the client faster than its handler reads it': async (stage) => {
    const goOn = new Barrier();
    const entered = new Barrier();
    let sent = 0;
    const served = await stage.serve(
      [
        defineHandler('POST /much', async ({ request }: HttpContext) => {
          const reader = request.stream.getReader();
          await reader.read();
          entered.open();
          await goOn.opened;
          await reader.cancel();
          return 'enough';
        }),
        defineHandler('GET /ping', () => 'pong'),
      ],
      { bodyLimitBytes: Number.POSITIVE_INFINITY },
    );
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        if (sent < MUCH) controller.enqueue(CHUNK);
        else controller.close();
      },
    });
    const leaving = new AbortController();
    const asked = served.fetch('/much', { method: 'POST', body, duplex: 'half', signal: leaving.signal });
    const gone = rejectionOf(asked, 'The request');
    await stage.within(entered.opened, 'the first piece to be read');
    await untilItStalls(served, () => sent);
    expect(sent * CHUNK.byteLength).to.be.below(aheadLimitBytes(served));
    leaving.abort();
    goOn.open();
    await gone;
  },

  'a client of HTTP/1.0 gets a stream that ends with the connection': overSocket(async (stage) => {
    const served = await stage.serve([defineHandler('GET /', () => ReadableStream.from(['one ', 'two']))]);
    const connection = await served.connect();
    connection.send('GET / HTTP/1.0\r\nHost: verbena.test\r\n\r\n');
    const answer = await connection.answer();
    expect(answer.headers.has('transfer-encoding')).to.equal(false);
    expect(answer.body).to.equal('one two');
  }),
});
