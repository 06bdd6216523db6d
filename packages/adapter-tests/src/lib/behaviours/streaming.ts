import { expect } from 'chai';
import { defineHandler, type HttpContext } from '@verbena/core';
import { aborted } from '../aborted.js';
import { Barrier } from '../barrier.js';
import { type Behaviour, behavioursOf, overSocket } from '../behaviour.js';
import { BodyReader } from '../body-reader.js';
import { EventReader } from '../event-reader.js';
import { aheadLimitBytes, bytesUnderWay, HELD_LIMIT_BYTES, heldBytes, untilItStalls } from '../pressure.js';
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

  'text arrives as its bytes would, whatever it holds': async (stage) => {
    const texts = ['plain', 'Grüße', '', '世界 🌿', 'ÿ', '\ud83d', '\udf3f', 'x'.repeat(70_000), 'é'.repeat(20_000)];
    const bytes = texts.map((text) => new TextEncoder().encode(text));
    const yielding = (pieces: readonly (string | Uint8Array)[]) =>
      async function* ({ response }: HttpContext) {
        response.type = 'text';
        yield* pieces;
      };
    const flushing = (pieces: readonly (string | Uint8Array)[]) => async (context: HttpContext) => {
      context.response.type = 'text';
      for (const piece of pieces) {
        context.response.write(piece);
        await context.response.flush();
      }
    };
    const { fetch } = await stage.serve([
      defineHandler('GET /yielded/text', yielding(texts)),
      defineHandler('GET /yielded/bytes', yielding(bytes)),
      defineHandler('GET /flushed/text', flushing(texts)),
      defineHandler('GET /flushed/bytes', flushing(bytes)),
    ]);
    for (const way of ['yielded', 'flushed']) {
      const [text, plain] = [await fetch(`/${way}/text`), await fetch(`/${way}/bytes`)];
      expect([text.status, text.headers.get('content-type')]).to.deep.equal([200, 'text/plain; charset=utf-8']);
      const received = Buffer.from(await text.arrayBuffer());
      expect(received.equals(Buffer.concat(bytes)), way).to.equal(true);
      expect(Buffer.from(await plain.arrayBuffer()).equals(received), way).to.equal(true);
    }
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
    const { Readable } = await import('node:stream');
    async function* failing(): AsyncGenerator<string> {
      yield 'half of';
      throw new Error('fault');
    }
    const { fetch, reported } = await stage.serve([
      defineHandler('GET /generator', failing),
      defineHandler('GET /web', () => ReadableStream.from(failing())),
      defineHandler('GET /node', () => Readable.from(failing())),
    ]);
    for (const path of ['/generator', '/web', '/node']) {
      reported.length = 0;
      await stage.within(brokenOff(fetch(path)), `the answer to ${path} to break off`);
      expect(reported.map(String), path).to.deep.equal(['Error: fault']);
    }
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

  'a slow reader never makes the host hold more than 1 MiB': overSocket(async (stage) => {
    for (const path of ['/written', '/yielded', '/streamed']) {
      let made = 0;
      const served = await stage.serve([
        defineHandler('GET /written', async ({ response, signal }: HttpContext) => {
          for (; made < MUCH && !signal.aborted; made += 1) {
            response.write(CHUNK);
            await response.flush();
          }
        }),
        defineHandler('GET /yielded', async function* () {
          for (; made < MUCH; made += 1) yield CHUNK;
        }),
        defineHandler(
          'GET /streamed',
          () =>
            new ReadableStream<Uint8Array>({
              pull(controller) {
                made += 1;
                if (made < MUCH) controller.enqueue(CHUNK);
                else controller.close();
              },
            }),
        ),
        defineHandler('GET /ping', () => 'pong'),
      ]);
      const connection = await served.connect();
      connection.request(`GET ${path}`);
      await stage.within(connection.until('xxx'), 'the first piece');
      connection.pause();
      await untilItStalls(served, () => made);
      const held = await heldBytes(served, async () => {
        const taken = connection.received + (await bytesUnderWay(connection.ports, 'client'));
        return made * CHUNK.byteLength - taken;
      });
      expect(held, path).to.be.at.most(HELD_LIMIT_BYTES);
      connection.destroy();
    }
  }),

  'a body that nobody reads never makes the host hold more than 1 MiB': overSocket(async (stage) => {
    for (const path of ['/unread', '/begun']) {
      const goOn = new Barrier();
      const entered = new Barrier<number>();
      const served = await stage.serve(
        [
          defineHandler('POST /unread', async () => {
            entered.open(0);
            await goOn.opened;
          }),
          defineHandler('POST /begun', async ({ request }: HttpContext) => {
            const first = await request.stream.getReader().read();
            entered.open(first.value?.byteLength ?? 0);
            await goOn.opened;
          }),
          defineHandler('GET /ping', () => 'pong'),
        ],
        { bodyLimitBytes: Number.POSITIVE_INFINITY },
      );
      const connection = await served.connect();
      connection.request(`POST ${path}`, [`Content-Length: ${MUCH * CHUNK.byteLength}`]);
      const sending = connection.sendMuch(CHUNK, MUCH);
      const read = await stage.within(entered.opened, 'the handler to be called');
      await untilItStalls(served, () => connection.handedOver);
      const held = await heldBytes(
        served,
        async () => connection.handedOver - read - (await bytesUnderWay(connection.ports, 'host')),
      );
      expect(held, path).to.be.at.most(HELD_LIMIT_BYTES);
      connection.destroy();
      goOn.open();
      await sending;
    }
  }),

  'server-sent events arrive as they happen, with their fields': async (stage) => {
    const happened = [new Barrier(), new Barrier(), new Barrier()];
    const left = new Barrier();
    const { fetch } = await stage.serve([
      defineHandler('GET /events', async ({ response, signal }: HttpContext) => {
        signal.addEventListener('abort', () => left.open());
        response.type = 'text/event-stream';
        response.headers.set('cache-control', 'no-store');
        await response.flush();
        const messages = ['id: 7\nevent: price\ndata: 12\ndata: 50 ü\n\n', ': still here\n\n', 'data: {"a":1}\n\n'];
        for (const [index, message] of messages.entries()) {
          await happened[index]?.opened;
          response.write(message);
          await response.flush();
        }
        await aborted(signal);
      }),
    ]);
    const response = await fetch('/events');
    expect(response.headers.get('content-type')).to.match(/^text\/event-stream\b/);
    const events = new EventReader(response);
    const expected = [
      { id: '7', type: 'price', data: '12\n50 ü' },
      { id: '7', type: 'comment', data: 'still here' },
      { id: '7', type: 'message', data: '{"a":1}' },
    ];
    for (const [index, event] of expected.entries()) {
      happened[index]?.open();
      expect(await stage.within(events.next(), `event ${index}`)).to.deep.equal(event);
    }
    await events.leave();
    await stage.within(left.opened, 'the handler to hear that its reader has left');
  },

  'a reader of events that comes again goes on after what it saw last': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /events', ({ request, response }: HttpContext) => {
        const first = Number(request.headers.get('last-event-id') ?? 0) + 1;
        response.type = 'text/event-stream';
        return (async function* () {
          for (let id = first; id < first + 2; id += 1) yield `id: ${id}\ndata: event ${id}\n\n`;
        })();
      }),
    ]);
    const first = new EventReader(await fetch('/events'));
    await first.next();
    expect((await first.next()).data).to.equal('event 2');
    const again = new EventReader(await fetch('/events', { headers: { 'last-event-id': first.lastId } }));
    expect((await again.next()).data).to.equal('event 3');
    await again.leave();
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
