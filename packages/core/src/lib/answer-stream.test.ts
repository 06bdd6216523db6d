import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { type ChunkSource, ReadStream, WriteStream } from './answer-stream.js';
import { Barrier } from './barrier.test-support.js';
import { DeclaredLength } from './declared-length.js';
import type { VerbenaError } from './errors.js';
import type { AnswerStream, Chunk, PieceReader } from './host.js';

type End = readonly [how: string, error?: unknown];

function textOf(chunk: Chunk | undefined): string | undefined {
  return chunk === undefined || typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk);
}

async function readAll(stream: AnswerStream): Promise<readonly (string | undefined)[]> {
  const texts: (string | undefined)[] = [];
  for await (const chunk of stream) texts.push(textOf(chunk));
  return texts;
}

async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => expect.fail(`resolved with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const settled = await Promise.race([
    promise.then(
      () => true,
      () => true,
    ),
    turn(false),
  ]);
  return !settled;
}

describe('WriteStream', () => {
  function open() {
    const ends: End[] = [];
    return { ends, stream: new WriteStream((...end) => ends.push(end)) };
  }

  it('gives what was written in order, text as UTF-8, and nothing for what is empty', async () => {
    const { stream, ends } = open();
    stream.write('ä');
    stream.write('');
    stream.write(new Uint8Array());
    stream.write(Uint8Array.of(98));
    stream.close();
    expect(await readAll(stream)).to.deep.equal(['ä', 'b']);
    expect(ends).to.deep.equal([['complete', undefined]]);
  });

  it('has a reader wait for what is not written yet', async () => {
    const { stream } = open();
    const next = stream.next();
    expect(await isPending(next)).to.equal(true);
    stream.write('a');
    expect(textOf((await next).value)).to.equal('a');
    const end = stream.next();
    stream.close();
    expect(await end).to.deep.equal({ done: true, value: undefined });
  });

  it('tells a reader that brings no promise of pieces, of the end and of a failure, at once where they are there', () => {
    const told: unknown[] = [];
    const reader: PieceReader = {
      take: (piece) => told.push(piece),
      end: () => told.push('end'),
      fail: (error) => told.push(error),
    };
    const { stream } = open();
    stream.write('there');
    stream.pull(reader);
    expect(told).to.deep.equal(['there']);
    stream.pull(reader);
    expect(told).to.have.length(1);
    stream.write('then');
    stream.close();
    stream.pull(reader);
    expect(told).to.deep.equal(['there', 'then', 'end']);
    const broken = open().stream;
    broken.pull(reader);
    broken.fail('broken');
    broken.pull(reader);
    expect(told.slice(3)).to.deep.equal(['broken', 'broken']);
  });

  it('when the reader leaves, ends at once, also while it waits, and takes no more', async () => {
    const { stream, ends } = open();
    const next = stream.next();
    await stream.return();
    expect((await next).done).to.equal(true);
    stream.write('late');
    stream.close();
    expect((await stream.next()).done).to.equal(true);
    expect(ends).to.deep.equal([['cancelled', undefined]]);
  });

  for (const when of ['before', 'after'] as const) {
    it(`when it fails ${when} it was closed, gives what was written before, and then never seems to end properly`, async () => {
      const { stream, ends } = open();
      const error = new Error('broken');
      stream.write('one');
      stream.write('two');
      expect(textOf((await stream.next()).value)).to.equal('one');
      if (when === 'after') stream.close();
      stream.fail(error);
      if (when === 'before') stream.close();
      stream.write('three');
      expect(ends).to.deep.equal([['failed', error]]);
      expect(textOf((await stream.next()).value)).to.equal('two');
      expect(await rejectionOf(stream.next())).to.equal(error);
      expect(await rejectionOf(stream.next())).to.equal(error);
      expect(ends).to.have.length(1);
    });
  }

  it('when it fails, rejects what a waiting reader asked for', async () => {
    const { stream } = open();
    const error = new Error('broken');
    const next = stream.next();
    stream.fail(error);
    expect(await rejectionOf(next)).to.equal(error);
  });

  it('takes no notice of a failure after its end', async () => {
    const { stream, ends } = open();
    stream.close();
    await readAll(stream);
    stream.fail(new Error('late'));
    await stream.return();
    expect((await stream.next()).done).to.equal(true);
    expect(ends).to.deep.equal([['complete', undefined]]);
  });

  describe('with a declared length', () => {
    function declaring(length: number) {
      const ends: End[] = [];
      return { ends, stream: new WriteStream((...end) => ends.push(end), new DeclaredLength(length, 'Writing')) };
    }

    it('ends well when that is what was written', async () => {
      const { stream, ends } = declaring(5);
      stream.write('ab');
      stream.write('');
      stream.write('cde');
      stream.close();
      expect(await readAll(stream)).to.deep.equal(['ab', 'cde']);
      expect(ends).to.deep.equal([['complete', undefined]]);
    });

    it('fails on the piece that goes beyond it, and gives nothing that could pass for the whole', async () => {
      const { stream, ends } = declaring(5);
      stream.write('ab');
      expect(textOf((await stream.next()).value)).to.equal('ab');
      stream.write('cde');
      stream.write('f');
      stream.close();
      const error = (await rejectionOf(stream.next())) as VerbenaError;
      expect(error.code).to.equal('wrong-length');
      expect(await rejectionOf(stream.room())).to.equal(error);
      expect(ends).to.deep.equal([['failed', error]]);
    });

    it('fails also while a reader waits for the piece that goes beyond it', async () => {
      const { stream } = declaring(1);
      const next = stream.next();
      stream.write('ab');
      expect(await rejectionOf(next)).to.have.property('code', 'wrong-length');
    });

    for (const waits of [true, false]) {
      it(`fails when it is closed before, while a reader ${waits ? 'waits' : 'is busy elsewhere'}`, async () => {
        const { stream, ends } = declaring(5);
        stream.write('abcd');
        const first = stream.next();
        const second = waits ? stream.next() : undefined;
        stream.close();
        expect(textOf((await first).value)).to.equal('abcd');
        const error = (await rejectionOf(second ?? stream.next())) as VerbenaError;
        expect(error.code).to.equal('wrong-length');
        expect(ends).to.deep.equal([['failed', error]]);
      });
    }

    it('fails for nobody when it is discarded, or its reader has left', async () => {
      for (const leave of [(stream: WriteStream) => stream.discard(), (stream: WriteStream) => void stream.return()]) {
        const { stream, ends } = declaring(1);
        leave(stream);
        stream.write('ab');
        stream.close();
        expect(ends).to.deep.equal([['cancelled', undefined]]);
      }
    });
  });

  describe('room', () => {
    const half = new Uint8Array(WriteStream.HIGH_WATER_BYTES / 2);

    it('is there while fewer than 64 KiB wait, and again when the reader has caught up', async () => {
      const { stream } = open();
      stream.write(half.subarray(1));
      stream.write(half);
      await stream.room();
      stream.write('a');
      const rooms = Promise.all([stream.room(), stream.room()]);
      expect(await isPending(rooms)).to.equal(true);
      await stream.next();
      await rooms;
    });

    it('counts bytes, not characters', async () => {
      const { stream } = open();
      stream.write('€'.repeat(22_000));
      expect(await isPending(stream.room())).to.equal(true);
    });

    it('is no longer waited for when the reader leaves', async () => {
      const { stream } = open();
      stream.write(half);
      stream.write(half);
      const room = stream.room();
      await stream.return();
      await room;
      await stream.room();
    });

    it('rejects when the stream has failed, and lets those go on who wait', async () => {
      const { stream } = open();
      const error = new Error('broken');
      stream.write(half);
      stream.write(half);
      const room = stream.room();
      stream.fail(error);
      await room;
      expect(await rejectionOf(stream.room())).to.equal(error);
    });

    it('lets others run where nobody reads, so that an endless writer stops nobody', async () => {
      const { stream, ends } = open();
      stream.discard();
      let stop = false;
      const writer = (async () => {
        let ticks = 0;
        while (!stop && ticks < 10_000) {
          stream.write('tick');
          await stream.room();
          ticks += 1;
        }
        return ticks;
      })();
      await turn();
      stop = true;
      expect(await writer).to.be.below(10_000);
      expect(ends).to.deep.equal([['cancelled', undefined]]);
    });
  });

  it('loses and invents nothing, however writing and reading alternate', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.string(), fc.constant('read' as const))), async (steps) => {
        const { stream, ends } = open();
        const read: Promise<IteratorResult<Chunk, undefined>>[] = [];
        let written = '';
        let pending: Promise<unknown> = Promise.resolve();
        for (const step of steps) {
          if (step !== 'read') {
            stream.write(step);
            written += step;
          } else if (!(await isPending(pending))) {
            pending = stream.next();
            read.push(pending as Promise<IteratorResult<Chunk, undefined>>);
          }
        }
        stream.close();
        let got = '';
        for (const { value } of await Promise.all(read)) got += textOf(value) ?? '';
        for await (const chunk of stream) got += textOf(chunk);
        expect(got).to.equal(written);
        expect(ends).to.deep.equal([['complete', undefined]]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('ReadStream', () => {
  /** A source that gives what it is told to, one after another. */
  function open(...steps: (() => unknown)[]) {
    return declaring(undefined, ...steps);
  }

  function declaring(length: number | undefined, ...steps: (() => unknown)[]) {
    const ends: End[] = [];
    const log: string[] = [];
    const source: ChunkSource = {
      next: async () => {
        log.push('next');
        const step = steps.shift();
        return step === undefined ? { done: true, value: undefined } : { done: false, value: await step() };
      },
      cancel: () => log.push('cancel'),
    };
    const declared = length === undefined ? undefined : new DeclaredLength(length, 'Streaming');
    return { ends, log, stream: new ReadStream(source, 'Streaming', (...end) => ends.push(end), declared) };
  }

  it('takes text, bytes and other views of bytes, and nothing for what is empty', async () => {
    const { stream, ends } = open(
      () => 'ä',
      () => '',
      () => Uint8Array.of(98),
      () => new DataView(Uint8Array.of(0, 99, 0).buffer, 1, 1),
      () => Uint8Array.of(100).buffer,
      () => new Uint8Array(),
    );
    expect(await readAll(stream)).to.deep.equal(['ä', 'b', 'c', 'd']);
    expect(ends).to.deep.equal([['complete', undefined]]);
  });

  it('asks its source for nothing before somebody reads, and then for one chunk at a time', async () => {
    const { stream, log } = open(
      () => 'a',
      () => 'b',
    );
    await turn();
    expect(log).to.deep.equal([]);
    await stream.next();
    await turn();
    expect(log).to.deep.equal(['next']);
  });

  for (const chunk of [7, null, { a: 1 }, undefined]) {
    it(`fails on the chunk ${JSON.stringify(chunk)}, naming the handler, and cancels the source`, async () => {
      const { stream, ends, log } = open(
        () => 'a',
        () => chunk,
      );
      await stream.next();
      const error = (await rejectionOf(stream.next())) as VerbenaError;
      expect(error.code).to.equal('bad-result');
      expect(error.message).to.include('Streaming');
      expect(ends).to.deep.equal([['failed', error]]);
      expect(log).to.deep.equal(['next', 'next', 'cancel']);
    });
  }

  it('with a declared length, ends well when that is what its source gave', async () => {
    const { stream, ends } = declaring(
      3,
      () => 'ä',
      () => '',
      () => 'b',
    );
    expect(await readAll(stream)).to.deep.equal(['ä', 'b']);
    expect(ends).to.deep.equal([['complete', undefined]]);
  });

  it('with a declared length, fails on the chunk that goes beyond it, gives none of it and cancels the source', async () => {
    const { stream, ends, log } = declaring(
      3,
      () => 'ab',
      () => 'cd',
    );
    await stream.next();
    const error = (await rejectionOf(stream.next())) as VerbenaError;
    expect(error.code).to.equal('wrong-length');
    expect(ends).to.deep.equal([['failed', error]]);
    expect(log).to.deep.equal(['next', 'next', 'cancel']);
  });

  it('with a declared length, fails when its source ends before', async () => {
    const { stream, ends } = declaring(3, () => 'ab');
    await stream.next();
    const error = (await rejectionOf(stream.next())) as VerbenaError;
    expect(error.code).to.equal('wrong-length');
    expect(ends).to.deep.equal([['failed', error]]);
  });

  it('fails as its source fails, and keeps failing', async () => {
    const error = new Error('broken');
    const { stream, ends } = open(
      () => 'a',
      () => Promise.reject(error),
    );
    await stream.next();
    expect(await rejectionOf(stream.next())).to.equal(error);
    expect(await rejectionOf(stream.next())).to.equal(error);
    expect(ends).to.deep.equal([['failed', error]]);
  });

  it('when the reader leaves while the source is producing, ends at once and cancels the source', async () => {
    const producing = new Barrier<string>();
    const { stream, ends, log } = open(() => producing.passed);
    const next = stream.next();
    await stream.return();
    expect((await next).done).to.equal(true);
    expect(log).to.deep.equal(['next', 'cancel']);
    producing.open('late');
    await turn();
    expect(ends).to.deep.equal([['cancelled', undefined]]);
    expect((await stream.next()).done).to.equal(true);
  });

  it('takes no notice of a source that fails after the reader has left', async () => {
    const producing = new Barrier<string>();
    const { stream, ends } = open(() => producing.passed);
    void stream.next();
    await stream.return();
    producing.fail(new Error('late'));
    await turn();
    expect(ends).to.deep.equal([['cancelled', undefined]]);
  });

  it('when it is made to fail while the source is producing, rejects at once and cancels the source', async () => {
    const { stream, ends, log } = open(() => new Barrier().passed);
    const error = new Error('too long');
    const next = stream.next();
    stream.fail(error);
    expect(await rejectionOf(next)).to.equal(error);
    expect(ends).to.deep.equal([['failed', error]]);
    expect(log).to.deep.equal(['next', 'cancel']);
  });

  for (const [how, cancel] of [
    [
      'throws',
      () => {
        throw new Error('stuck');
      },
    ],
    ['rejects', () => Promise.reject(new Error('stuck'))],
    ['never ends', () => new Barrier().passed],
  ] as const) {
    it(`ends all the same when cancelling the source ${how}`, async () => {
      const ends: End[] = [];
      const stream = new ReadStream({ next: () => new Barrier<never>().passed, cancel }, 'Streaming', (...end) =>
        ends.push(end),
      );
      const next = stream.next();
      await stream.return();
      expect((await next).done).to.equal(true);
      await turn();
      expect(ends).to.deep.equal([['cancelled', undefined]]);
    });
  }

  it('fails when its source throws at once instead of giving a promise', async () => {
    const error = new Error('broken');
    const source: ChunkSource = {
      next: () => {
        throw error;
      },
      cancel: () => {},
    };
    expect(await rejectionOf(new ReadStream(source, 'Streaming', () => {}).next())).to.equal(error);
  });
});
