import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import FakeTimers from '@sinonjs/fake-timers';
import { expect } from 'chai';
import { Barrier } from './barrier.test-support.js';
import { defineHandler } from './decorators/define.js';
import type { FilterFunction } from './filter.js';
import { causeOf, recordingApp, type RecordingApp } from './recording-app.test-support.js';

/** A stream behind filters, outermost first. */
function streaming(use: readonly FilterFunction[], make: () => unknown, options = {}): RecordingApp {
  return recordingApp([defineHandler({ path: '/x', name: 'Streaming', use }, () => make())], options);
}

const endless: Readonly<Record<string, (stopped: () => void) => unknown>> = {
  'a Node stream': (stopped) => new Readable({ read() {} }).on('close', stopped),
  'a ReadableStream': (stopped) => new ReadableStream({ cancel: stopped }),
  'a Response': (stopped) => new Response(new ReadableStream({ cancel: stopped })),
  'a promise of a Node stream': async (stopped) => new Readable({ read() {} }).on('close', stopped),
};

describe('a stream behind a filter', () => {
  const leaving: Readonly<Record<string, readonly [filter: FilterFunction, status: number]>> = {
    'fails after it': [
      async (_context, next) => {
        await next();
        throw new Error('broken');
      },
      500,
    ],
    'answers with something else': [
      async (_context, next) => {
        await next();
        return 'else';
      },
      200,
    ],
    'answers with another stream': [
      async (_context, next) => {
        await next();
        return new ReadableStream({ start: (controller) => controller.close() });
      },
      200,
    ],
    'does not wait for it': [
      (_context, next) => {
        void next();
        return 'early';
      },
      200,
    ],
  };
  for (const [how, [filter, status]] of Object.entries(leaving)) {
    for (const [what, make] of Object.entries(endless)) {
      it(`is stopped when the filter ${how}: ${what}`, async () => {
        const stopped = new Barrier();
        const { app, get } = streaming([filter], () => make(() => stopped.open()));
        const answer = await get('/x');
        expect(answer.status).to.equal(status);
        await answer.text();
        await stopped.passed;
        await app.close();
      });
    }
  }

  it('is stopped when it was put into another one, and a filter further out fails', async () => {
    const through: Readonly<Record<string, (value: unknown) => unknown>> = {
      'a Node stream': (value) => (value as Readable).pipe(createGzip()),
      'a ReadableStream': (value) => (value as ReadableStream).pipeThrough(new TransformStream()),
    };
    for (const [what, wrap] of Object.entries(through)) {
      const stopped = new Barrier();
      const wrapping: FilterFunction = async (_context, next) => wrap(await next());
      const failing: FilterFunction = async (_context, next) => {
        await next();
        throw new Error('broken');
      };
      const { app, get } = streaming([failing, wrapping], () => endless[what]?.(() => stopped.open()));
      expect((await get('/x')).status).to.equal(500);
      await stopped.passed;
      await app.close();
    }
  });

  it('is stopped with the one it was put into when the client leaves', async () => {
    const stopped = new Barrier();
    const zipping: FilterFunction = async (_context, next) => ((await next()) as Readable).pipe(createGzip());
    const { app, get, errors } = streaming([zipping], () => endless['a Node stream']?.(() => stopped.open()));
    await (await get('/x')).body?.cancel();
    await stopped.passed;
    await app.close();
    expect(errors).to.deep.equal([]);
  });

  it('comes whole through whatever a filter puts around it', async () => {
    const pieces = ['first ', 'second'];
    const zipping: FilterFunction = async (_context, next) => ((await next()) as Readable).pipe(createGzip());
    const generating: FilterFunction = async function* (_context, next) {
      for await (const piece of (await next()) as Readable) yield piece;
    };
    const renewing: FilterFunction = async (_context, next) =>
      new Response(Readable.toWeb((await next()) as Readable) as ReadableStream, { status: 203 });
    for (const use of [[zipping], [generating], [renewing], [generating, zipping]]) {
      const { app, get, errors } = streaming(use, () => Readable.from(pieces, { objectMode: false }));
      const bytes = Buffer.from(await (await get('/x')).arrayBuffer());
      expect((use.includes(zipping) ? gunzipSync(bytes) : bytes).toString()).to.equal('first second');
      await app.close();
      expect(errors).to.deep.equal([]);
    }
  });

  it('is left to whoever in a filter reads it while something else is answered', async () => {
    for (const make of [
      (end: Promise<void>) => Readable.from(lateEnd(end), { objectMode: false }),
      (end: Promise<void>) => Readable.toWeb(Readable.from(lateEnd(end), { objectMode: false })),
    ]) {
      const end = new Barrier();
      let kept: Promise<string> | undefined;
      const keeping: FilterFunction = async (_context, next) => {
        kept = text((await next()) as Readable);
        return 'noted';
      };
      const { app, get } = streaming([keeping], () => make(end.passed));
      expect(await (await get('/x')).text()).to.equal('noted');
      await app.close();
      end.open();
      expect(await kept).to.equal('first last');
    }
  });

  it('that fails while the filter is at something else brings nothing down, and fails whoever reads later', async () => {
    const slow: FilterFunction = async (_context, next) => {
      const value = await next();
      await turn();
      return value;
    };
    const broken = (): Readable => new Readable({ read() {} }).destroy(new Error('broken'));
    for (const make of [broken, async () => broken()]) {
      const { app, get, errors } = streaming([slow], make);
      const answer = await get('/x');
      expect(await answer.text().catch(causeOf)).to.have.property('message', 'broken');
      await app.close();
      expect(errors.map(String)).to.deep.equal(['Error: broken']);
    }
  });
});

async function* lateEnd(end: Promise<void>): AsyncGenerator<Uint8Array> {
  yield Buffer.from('first ');
  await end;
  yield Buffer.from('last');
}

describe('a stream behind a filter that is given up', () => {
  let clock: FakeTimers.Clock;
  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => clock.uninstall());

  for (const when of ['before', 'after'] as const) {
    it(`is stopped where it came ${when} that`, async () => {
      const [stopped, gate, given] = [new Barrier(), new Barrier(), new Barrier()];
      const hanging: FilterFunction = async (_context, next) => {
        await next();
        given.open();
        return new Barrier().passed;
      };
      const make = async (): Promise<unknown> => {
        if (when === 'after') await gate.passed;
        return endless['a Node stream']?.(() => stopped.open());
      };
      const { get } = streaming([hanging], make, { timeoutMs: 10, abandonMs: 100 });
      const answer = get('/x');
      if (when === 'before') await given.passed;
      else await turn();
      clock.tick(10);
      expect((await answer).status).to.equal(503);
      clock.tick(100);
      gate.open();
      await stopped.passed;
    });
  }
});
