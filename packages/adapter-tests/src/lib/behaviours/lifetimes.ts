import { expect } from 'chai';
import { defineHandler, Handler, type HttpContext, HttpException, type HttpHandler } from '@verbena/core';
import { Barrier } from '../barrier.js';
import { type Behaviour, behavioursOf } from '../behaviour.js';
import { BodyReader } from '../body-reader.js';
import { problemIn } from '../problem-details.js';
import { brokenOff, rejectionOf } from '../rejection.js';
import { watchFactory } from '../watched-factory.js';
import { aborted } from '../aborted.js';
import type { Stage } from '../stage.js';

const CHUNK = new Uint8Array(65_536).fill(120);

/** Checks that a handler answering so is given back exactly once. */
async function expectOneRelease(
  stage: Stage,
  processRequest: HttpHandler['processRequest'],
  ask: (fetch: (path: string, init?: RequestInit) => Promise<Response>) => Promise<unknown>,
  timeoutMs?: number,
): Promise<void> {
  const handler = { processRequest };
  const factory = watchFactory('/', () => handler);
  const { fetch, settle } = await stage.serve([factory.type], timeoutMs === undefined ? {} : { timeoutMs });
  await ask(fetch);
  await stage.within(factory.firstRelease, 'the handler to be given back');
  await settle();
  expect(factory.released).to.deep.equal([handler]);
}

/** When handlers are built, lent, given back and dropped. */
export const lifetimes: readonly Behaviour[] = behavioursOf('lifetimes', {
  'a handler is given back once after an answer': async (stage) => {
    for (const result of ['text', { json: 1 }, new Uint8Array(3), undefined]) {
      await expectOneRelease(
        stage,
        () => result,
        async (fetch) => (await fetch('/')).text(),
      );
    }
  },

  'a handler is given back once after it threw': async (stage) => {
    await expectOneRelease(
      stage,
      () => {
        throw new Error('fault');
      },
      async (fetch) => problemIn(await fetch('/'), 500),
    );
  },

  'a handler is given back once after it rejected': async (stage) => {
    await expectOneRelease(
      stage,
      async () => {
        throw new HttpException(409);
      },
      async (fetch) => problemIn(await fetch('/'), 409),
    );
  },

  'a handler is given back once after end()': async (stage) => {
    await expectOneRelease(
      stage,
      ({ response }) => response.end('ended'),
      async (fetch) => (await fetch('/')).text(),
    );
  },

  'a handler is given back once after HEAD': async (stage) => {
    await expectOneRelease(
      stage,
      () => ReadableStream.from(['never read']),
      async (fetch) => fetch('/', { method: 'HEAD' }),
    );
  },

  'a handler is given back once after its time was over': async (stage) => {
    await expectOneRelease(
      stage,
      ({ signal }) => aborted(signal),
      async (fetch) => problemIn(await fetch('/'), 503),
      20,
    );
  },

  'a handler is given back once after its time was over, though the client takes nothing of its answer': async (
    stage,
  ) => {
    await expectOneRelease(
      stage,
      async ({ response, signal }) => {
        await response.flush();
        // More than the buffers between handler and client can hold.
        for (let count = 0; count < 512; count += 1) response.write(CHUNK);
        await response.flush();
        await aborted(signal);
      },
      (fetch) => fetch('/'),
      50,
    );
  },

  'a handler is given back once when the client leaves before the first byte': async (stage) => {
    const entered = new Barrier();
    const leaving = new AbortController();
    await expectOneRelease(
      stage,
      ({ signal }) => {
        entered.open();
        return aborted(signal);
      },
      async (fetch) => {
        const asked = rejectionOf(fetch('/', { signal: leaving.signal }), 'The request');
        await stage.within(entered.opened, 'the handler to be called');
        leaving.abort();
        await asked;
      },
    );
  },

  'a handler is given back once when the client leaves in mid-stream': async (stage) => {
    await expectOneRelease(
      stage,
      async ({ response, signal }) => {
        response.write('one');
        await response.flush();
        await aborted(signal);
      },
      async (fetch) => {
        const reader = new BodyReader(await fetch('/'));
        await reader.until('one');
        await reader.leave();
      },
    );
    await expectOneRelease(
      stage,
      async function* () {
        // Far more than a client takes that leaves, and yet an end for a host that hears of nothing.
        for (let count = 0; count < 100_000; count += 1) yield 'one';
      },
      async (fetch) => {
        const reader = new BodyReader(await fetch('/'));
        await reader.until('one');
        await reader.leave();
      },
    );
  },

  'a handler is given back once after its stream broke off': async (stage) => {
    await expectOneRelease(
      stage,
      async function* () {
        yield 'half of';
        throw new Error('fault');
      },
      async (fetch) => brokenOff(fetch('/')),
    );
  },

  'a handler is given back when its stream is over, long after it returned': async (stage) => {
    const goOn = new Barrier();
    const handler = {
      processRequest: async function* () {
        yield 'one ';
        await goOn.opened;
        yield 'two';
      },
    };
    const factory = watchFactory('/', () => handler);
    const { fetch, settle } = await stage.serve([factory.type]);
    const reader = new BodyReader(await fetch('/'));
    await reader.until('one ');
    expect(factory.released).to.deep.equal([]);
    goOn.open();
    expect(await reader.end()).to.equal('one two');
    await stage.within(factory.firstRelease, 'the handler to be given back');
    await settle();
    expect(factory.released).to.deep.equal([handler]);
  },

  'nothing is given back when getHandler threw or chose nothing': async (stage) => {
    const failing = watchFactory('/fail', () => {
      throw new Error('fault');
    });
    const rejecting = watchFactory('/reject', async () => {
      throw new Error('fault');
    });
    const empty = watchFactory('/nothing', () => undefined);
    const { fetch, settle } = await stage.serve([failing.type, rejecting.type, empty.type]);
    await problemIn(await fetch('/fail'), 500);
    await problemIn(await fetch('/reject'), 500);
    await problemIn(await fetch('/nothing'), 404);
    await settle();
    for (const { released } of [failing, rejecting, empty]) expect(released).to.deep.equal([]);
  },

  'a releaseHandler that throws is reported, and changes no answer': async (stage) => {
    const factory = watchFactory(
      '/:how',
      ({ request }) => ({
        processRequest: () => {
          if (request.path === '/fail') throw new Error('the handler');
          return 'answer';
        },
      }),
      () => {
        throw new Error('the release');
      },
    );
    const { fetch, reported, settle } = await stage.serve([factory.type]);
    expect(await (await fetch('/answer')).text()).to.equal('answer');
    await problemIn(await fetch('/fail'), 500);
    await settle();
    const texts = reported.map((error) => String((error as Error).cause ?? error));
    expect(texts).to.deep.equal(['Error: the release', 'Error: the handler', 'Error: the release']);
  },

  'what was built for a request is disposed when its answer is over, not before': async (stage) => {
    const goOn = new Barrier();
    const disposed = new Barrier();
    let isDisposed = false;
    class Resource {
      dispose(): void {
        isDisposed = true;
        disposed.open();
      }
    }
    const { fetch } = await stage.serve([
      defineHandler('GET /', async function* (context: HttpContext) {
        context.resolve(Resource);
        yield 'one ';
        await goOn.opened;
        yield isDisposed ? 'too early' : 'two';
      }),
    ]);
    const reader = new BodyReader(await fetch('/'));
    await reader.until('one ');
    goOn.open();
    expect(await reader.end()).to.equal('one two');
    await stage.within(disposed.opened, 'the resource to be disposed');
  },

  'a handler that is not reusable is built for each request': async (stage) => {
    let built = 0;
    @Handler('GET /')
    class Fresh implements HttpHandler {
      readonly #number = (built += 1);

      processRequest(): string {
        return String(this.#number);
      }
    }
    const { fetch } = await stage.serve([Fresh]);
    for (const expected of ['1', '2', '3']) expect(await (await fetch('/')).text()).to.equal(expected);
  },

  'a reusable handler serves one request after another': async (stage) => {
    let built = 0;
    let resets = 0;
    @Handler('GET /')
    class Reusable implements HttpHandler {
      readonly isReusable = true;
      readonly #number = (built += 1);

      processRequest(): string {
        return String(this.#number);
      }

      reset(): void {
        resets += 1;
      }
    }
    const { fetch, settle } = await stage.serve([Reusable]);
    for (let round = 0; round < 3; round += 1) expect(await (await fetch('/')).text()).to.equal('1');
    await settle();
    expect(resets).to.equal(3);
  },

  'a reusable handler never serves two requests at once, also while its answer streams': async (stage) => {
    let shared = 0;
    @Handler('GET /')
    class Exclusive implements HttpHandler {
      readonly isReusable = true;
      #isBusy = false;

      async *processRequest(): AsyncGenerator<string> {
        if (this.#isBusy) shared += 1;
        this.#isBusy = true;
        yield 'one ';
        await new Promise(setImmediate);
        yield 'two';
        this.#isBusy = false;
      }
    }
    const { fetch } = await stage.serve([Exclusive]);
    const texts = await Promise.all(Array.from({ length: 40 }, async () => (await fetch('/')).text()));
    expect(new Set(texts)).to.deep.equal(new Set(['one two']));
    expect(shared).to.equal(0);
  },

  'a reusable handler that failed is not used again': async (stage) => {
    let built = 0;
    @Handler('GET /:how')
    class Fragile implements HttpHandler {
      readonly isReusable = true;
      readonly #number = (built += 1);

      processRequest({ request }: HttpContext): string {
        if (request.path === '/fail') throw new Error('fault');
        return String(this.#number);
      }
    }
    const { fetch } = await stage.serve([Fragile]);
    expect(await (await fetch('/ask')).text()).to.equal('1');
    await problemIn(await fetch('/fail'), 500);
    expect(await (await fetch('/ask')).text()).to.equal('2');
  },

  'closing waits for answers under way, and refuses new requests meanwhile': async (stage) => {
    const goOn = new Barrier();
    const { app, fetch } = await stage.serve([
      defineHandler('GET /slow', async function* () {
        yield 'one ';
        await goOn.opened;
        yield 'two';
      }),
    ]);
    const reader = new BodyReader(await fetch('/slow'));
    await reader.until('one ');
    let isClosed = false;
    const closing = app.close().then(() => (isClosed = true));
    const refused = await fetch('/slow');
    await problemIn(refused, 503);
    expect(isClosed).to.equal(false);
    goOn.open();
    expect(await reader.end()).to.equal('one two');
    await stage.within(closing, 'the application to close');
  },

  'closing breaks off what takes longer than the grace it gives': async (stage) => {
    const { app, fetch } = await stage.serve([
      defineHandler('GET /', async ({ response, signal }: HttpContext) => {
        response.write('one');
        await response.flush();
        await aborted(signal);
      }),
    ]);
    const reader = new BodyReader(await fetch('/'));
    await reader.until('one');
    await stage.within(app.close({ graceMs: 0 }), 'the application to close');
    await rejectionOf(stage.within(reader.end(), 'the body to break off'), 'The body');
  },

  'what is broken off while a slow client still takes it does not look complete': async (stage) => {
    const { app, fetch } = await stage.serve([
      defineHandler('GET /', async ({ response }: HttpContext) => {
        await response.flush();
        // More than the buffers between handler and client can hold.
        for (let count = 0; count < 512; count += 1) response.write(CHUNK);
      }),
    ]);
    const reader = new BodyReader(await fetch('/'));
    await reader.until('x');
    await stage.within(app.close({ graceMs: 0 }), 'the application to close');
    await rejectionOf(stage.within(reader.end(), 'the body to break off'), 'The body');
  },
});
