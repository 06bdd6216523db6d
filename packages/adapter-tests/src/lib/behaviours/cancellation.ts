import { expect } from 'chai';
import { defineHandler, type HttpContext } from '@verbena/core';
import { aborted } from '../aborted.js';
import { Barrier } from '../barrier.js';
import { type Behaviour, behavioursOf, overSocket } from '../behaviour.js';
import { BodyReader } from '../body-reader.js';
import { problemIn } from '../problem-details.js';
import { rejectionOf } from '../rejection.js';
import type { Served, Stage } from '../stage.js';

const CHUNK = new Uint8Array(65_536).fill(120);

/** Checks that what a handler returns is stopped when the client leaves in mid-stream. */
async function expectStopped(stage: Stage, makeStream: (stopped: Barrier) => unknown): Promise<void> {
  const stopped = new Barrier();
  const { fetch } = await stage.serve([defineHandler('GET /', () => makeStream(stopped))]);
  const reader = new BodyReader(await fetch('/'));
  await reader.until('one');
  await reader.leave();
  await stage.within(stopped.opened, 'the stream to be stopped');
}

/** Has clients leave two streams in the middle. */
async function leaveInMidStream(stage: Stage): Promise<Served> {
  const served = await stage.serve([
    defineHandler('GET /written', async ({ response, signal }: HttpContext) => {
      response.write('one');
      await response.flush();
      await aborted(signal);
    }),
    defineHandler('GET /returned', async function* ({ signal }: HttpContext) {
      yield 'one';
      await aborted(signal);
    }),
  ]);
  for (const path of ['/written', '/returned']) {
    const reader = new BodyReader(await served.fetch(path));
    await reader.until('one');
    await reader.leave();
  }
  await served.settle();
  return served;
}

/** Clients that leave, and time that runs out. */
export const cancellation: readonly Behaviour[] = behavioursOf('cancellation', {
  'the signal aborts when the client leaves before the first byte': async (stage) => {
    const entered = new Barrier();
    const left = new Barrier<unknown>();
    const { fetch } = await stage.serve([
      defineHandler('GET /', async ({ signal }: HttpContext) => {
        entered.open();
        await aborted(signal).catch(left.open);
      }),
    ]);
    const leaving = new AbortController();
    const asked = rejectionOf(fetch('/', { signal: leaving.signal }), 'The request');
    await stage.within(entered.opened, 'the handler to be called');
    leaving.abort();
    expect(await stage.within(left.opened, 'the signal to abort')).to.have.property('name', 'AbortError');
    await asked;
  },

  'the signal aborts for a handler that asks for it only after the client has left': async (stage) => {
    const entered = new Barrier();
    const goOn = new Barrier();
    const left = new Barrier();
    const served = await stage.serve([
      defineHandler('GET /', async (context: HttpContext) => {
        entered.open();
        await goOn.opened;
        await aborted(context.signal).catch(() => left.open());
      }),
      defineHandler('GET /first', async ({ signal }: HttpContext) => {
        entered.open();
        await aborted(signal);
      }),
    ]);
    const leaving = new AbortController();
    const asked = rejectionOf(served.fetch('/', { signal: leaving.signal }), 'The request');
    await stage.within(entered.opened, 'the handler to be called');
    leaving.abort();
    await asked;
    goOn.open();
    await stage.within(left.opened, 'the signal to abort');
  },

  'the signal aborts when the client leaves in mid-stream, and flush() does not hang': async (stage) => {
    const left = new Barrier<unknown>();
    const { fetch } = await stage.serve([
      defineHandler('GET /', async ({ response, signal }: HttpContext) => {
        signal.addEventListener('abort', () => left.open(signal.reason));
        while (!signal.aborted) {
          response.write('one'.repeat(10_000));
          await response.flush();
          await new Promise(setImmediate);
        }
      }),
    ]);
    const reader = new BodyReader(await fetch('/'));
    await reader.until('one');
    await reader.leave();
    expect(await stage.within(left.opened, 'the signal to abort')).to.have.property('name', 'AbortError');
  },

  'a generator is returned when the client leaves in mid-stream': async (stage) => {
    await expectStopped(stage, async function* (stopped) {
      try {
        for (;;) {
          yield 'one';
          await new Promise(setImmediate);
        }
      } finally {
        stopped.open();
      }
    });
  },

  'a ReadableStream is cancelled when the client leaves in mid-stream, also between its pieces': async (stage) => {
    await expectStopped(
      stage,
      (stopped) =>
        new ReadableStream<string>({
          start: (controller) => controller.enqueue('one'),
          cancel: () => stopped.open(),
        }),
    );
  },

  'a Readable of Node is destroyed when the client leaves in mid-stream, also between its pieces': async (stage) => {
    const { Readable } = await import('node:stream');
    await expectStopped(stage, (stopped) => {
      const stream = new Readable({ read() {} });
      stream.push('one');
      return stream.once('close', () => stopped.open());
    });
  },

  'a client that leaves is no error': async (stage) => {
    const { reported } = await leaveInMidStream(stage);
    expect(reported).to.deep.equal([]);
  },

  'the host is told of no error when a client leaves': async (stage) => {
    const { hostErrors } = await leaveInMidStream(stage);
    expect(hostErrors).to.deep.equal([]);
  },

  'a client that leaves while it sends its body makes reading fail, and the signal abort': overSocket(async (stage) => {
    const entered = new Barrier();
    const failed = new Barrier<unknown>();
    const served = await stage.serve([
      defineHandler('POST /', async ({ request, signal }: HttpContext) => {
        const left = aborted(signal).catch(() => {});
        entered.open();
        const error = await request.text().catch((reason: unknown) => reason);
        await left;
        failed.open(error);
        throw error;
      }),
    ]);
    const connection = await served.connect();
    connection.request('POST /', ['Content-Type: text/plain', 'Content-Length: 1000'], 'only the beginning');
    await stage.within(entered.opened, 'the handler to be called');
    connection.destroy();
    expect(await stage.within(failed.opened, 'reading to fail')).to.be.instanceOf(Error);
    await served.settle();
    expect(served.reported).to.deep.equal([]);
  }),

  'a client that leaves in the middle of its head disturbs nobody': overSocket(async (stage) => {
    const served = await stage.serve([defineHandler('GET /', () => 'answer')]);
    for (const beginning of ['', 'GE', 'GET / HTTP/1.1\r\nHost: verb', 'GET / HTTP/1.1\r\nHost: verbena.test\r\n']) {
      for (const leave of ['destroy', 'reset'] as const) {
        const connection = await served.connect();
        connection.send(beginning);
        connection[leave]();
      }
    }
    expect(await (await served.fetch('/')).text()).to.equal('answer');
    expect(served.reported).to.deep.equal([]);
  }),

  'a connection that is reset is no error, wherever its answer stands': overSocket(async (stage) => {
    const entered = new Barrier();
    const served = await stage.serve([
      defineHandler('GET /waiting', async ({ signal }: HttpContext) => {
        entered.open();
        await aborted(signal);
      }),
      defineHandler('GET /streaming', async function* ({ signal }: HttpContext) {
        yield 'begun';
        await aborted(signal);
      }),
      defineHandler('GET /pouring', async function* () {
        // Far more than all buffers hold, and yet an end for a host that hears of nothing.
        for (let count = 0; count < 2048; count += 1) yield CHUNK;
      }),
    ]);
    const waiting = await served.connect();
    waiting.request('GET /waiting');
    await stage.within(entered.opened, 'the handler to be called');
    waiting.reset();
    for (const [path, piece] of [
      ['/streaming', 'begun'],
      ['/pouring', 'xxx'],
    ] as const) {
      const connection = await served.connect();
      connection.request(`GET ${path}`);
      await stage.within(connection.until(piece), `the first piece of ${path}`);
      connection.reset();
    }
    await served.settle();
    expect(served.reported).to.deep.equal([]);
  }),

  'a client that leaves while its requests wait for each other ends them all': overSocket(async (stage) => {
    const entered = new Barrier();
    const served = await stage.serve([
      defineHandler('GET /first', async ({ signal }: HttpContext) => {
        entered.open();
        await aborted(signal);
      }),
      defineHandler('GET /next', async ({ signal }: HttpContext) => {
        await aborted(signal);
      }),
      defineHandler('GET /ping', () => 'pong'),
    ]);
    const connection = await served.connect();
    connection.request('GET /first');
    for (let index = 0; index < 3; index += 1) connection.request('GET /next');
    await stage.within(entered.opened, 'the first handler to be called');
    await (await served.fetch('/ping')).text();
    connection.destroy();
    await served.settle();
    expect(served.reported).to.deep.equal([]);
  }),

  'a client that leaves with its whole answer is not missed by a handler that goes on': overSocket(async (stage) => {
    const goOn = new Barrier();
    const ended = new Barrier<boolean>();
    const served = await stage.serve([
      defineHandler('GET /', async ({ response, signal }: HttpContext) => {
        await Promise.resolve();
        response.end('whole');
        await goOn.opened;
        ended.open(signal.aborted);
      }),
      defineHandler('GET /ping', () => 'pong'),
    ]);
    const connection = await served.connect();
    connection.request('GET /');
    expect((await connection.answer()).body).to.equal('whole');
    connection.destroy();
    await (await served.fetch('/ping')).text();
    goOn.open();
    expect(await stage.within(ended.opened, 'the handler to end'), 'whether the signal aborted').to.equal(false);
    expect(served.reported).to.deep.equal([]);
  }),

  'a chunked body that breaks off makes reading fail, and never looks whole': overSocket(async (stage) => {
    const entered = new Barrier();
    const outcome = new Barrier<unknown>();
    const served = await stage.serve([
      defineHandler('POST /', async ({ request }: HttpContext) => {
        try {
          for await (const chunk of request.stream) if (chunk.byteLength > 0) entered.open();
          outcome.open('whole');
        } catch (error) {
          outcome.open(error);
        }
      }),
    ]);
    const connection = await served.connect();
    connection.request('POST /', ['Transfer-Encoding: chunked'], '5\r\nbegin\r\n5\r\nen');
    await stage.within(entered.opened, 'the first piece to be read');
    connection.destroy();
    expect(await stage.within(outcome.opened, 'reading to come to an end')).to.be.instanceOf(Error);
    await served.settle();
    expect(served.reported).to.deep.equal([]);
  }),

  'a signal does not abort when the answer arrives and the connection ends after it': overSocket(async (stage) => {
    const signals: AbortSignal[] = [];
    const served = await stage.serve([
      defineHandler('GET /text', async ({ signal }: HttpContext) => {
        signals.push(signal);
        return 'text';
      }),
      defineHandler('GET /stream', ({ signal }: HttpContext) => {
        signals.push(signal);
        return ReadableStream.from(['one', 'two']);
      }),
    ]);
    for (const path of ['/text', '/stream']) {
      const connection = await served.connect();
      connection.request(`GET ${path}`, ['Connection: close']);
      await connection.answer();
      await stage.within(connection.end(), 'the connection to end');
    }
    await served.settle();
    expect(signals.map(({ aborted: isAborted }) => isAborted)).to.deep.equal([false, false]);
  }),

  'time that runs out gives 503 at once, and aborts the signal': async (stage) => {
    const reason = new Barrier<unknown>();
    const goOn = new Barrier();
    const { fetch, reported } = await stage.serve([
      defineHandler({ path: '/', timeoutMs: 20 }, async ({ signal }: HttpContext) => {
        await aborted(signal).catch(reason.open);
        await goOn.opened;
        return 'too late';
      }),
    ]);
    await problemIn(await fetch('/'), 503);
    expect(await reason.opened).to.have.property('name', 'TimeoutError');
    goOn.open();
    expect(reported).to.deep.equal([]);
  },

  'time that runs out in mid-stream breaks the connection off': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler({ path: '/written', timeoutMs: 30 }, async ({ response, signal }: HttpContext) => {
        response.write('one');
        await response.flush();
        await aborted(signal);
      }),
      defineHandler({ path: '/returned', timeoutMs: 30 }, async function* ({ signal }: HttpContext) {
        yield 'one';
        await aborted(signal);
      }),
    ]);
    for (const path of ['/written', '/returned']) {
      const reader = new BodyReader(await fetch(path));
      await rejectionOf(stage.within(reader.end(), `the body of ${path} to break off`), 'The body');
    }
  },

  'time that runs out while the body still comes gives 503, and reading fails': async (stage) => {
    const { fetch, reported, settle } = await stage.serve([
      defineHandler({ path: '/', timeoutMs: 30 }, ({ request }: HttpContext) => request.text()),
    ]);
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('only the beginning')),
    });
    await problemIn(await fetch('/', { method: 'POST', body, duplex: 'half' }), 503);
    await settle();
    expect(reported).to.deep.equal([]);
  },

  'a handler that goes on after its time is given up, and given back': async (stage) => {
    const never = new Promise<never>(() => {});
    const { fetch, reported, settle } = await stage.serve([defineHandler({ path: '/', timeoutMs: 10 }, () => never)], {
      abandonMs: 10,
    });
    await problemIn(await fetch('/'), 503);
    await settle();
    expect(reported).to.have.length(1);
    expect(reported[0]).to.have.property('code', 'abandoned');
  },
});
