import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { WriteStream } from '../answer-stream.js';
import { pullInto } from './pull-into.js';

/** A Node stream that reads a body, and counts the pieces that were taken of it. */
function open(highWaterMark = 1, failed: (error: unknown) => void = () => {}) {
  const body = new WriteStream(() => {});
  const failures: unknown[] = [];
  const taken: unknown[] = [];
  const readable: Readable = new Readable({
    objectMode: true,
    highWaterMark,
    read: pullInto(
      () => ({
        push(piece) {
          taken.push(piece);
          return readable.push(piece);
        },
      }),
      body,
      (error) => {
        failures.push(error);
        failed(error);
      },
    ),
  });
  return { body, readable, taken, failures };
}

describe('pullInto', () => {
  it('gives the stream every piece, and its end', async () => {
    const { body, readable } = open();
    body.write('a');
    body.write(Uint8Array.of(98));
    body.close();
    expect(await readable.toArray()).to.deep.equal(['a', Uint8Array.of(98)]);
  });

  it('takes no more than there is room for, and goes on when there is room again', async () => {
    const { body, readable, taken } = open(2);
    for (const piece of 'abcdef') body.write(piece);
    body.close();
    readable.read(0);
    await turn();
    expect(taken).to.deep.equal(['a', 'b']);
    expect((await readable.toArray()).join('')).to.equal('abcdef');
  });

  it('tells of a body that fails, and leaves the stream to who is told', async () => {
    const { body, readable, failures } = open();
    const broken = new Error('broken');
    body.write('a');
    readable.resume();
    await turn();
    body.fail(broken);
    await turn();
    expect(failures).to.deep.equal([broken]);
    expect(readable.destroyed).to.equal(false);
  });

  it('has the stream pass on what came before a failure, also where both are there before it asks', async () => {
    const { body, readable } = open(1, (error) => readable.destroy(error as Error));
    const broken = new Error('broken');
    const seen: unknown[] = [];
    body.write('a');
    body.fail(broken);
    readable.on('data', (piece) => seen.push(piece, readable.errored)).on('error', (error) => seen.push(error));
    await turn();
    expect(seen).to.deep.equal(['a', null, broken]);
  });

  it('goes on however many pieces are there at once', async () => {
    const count = 100_000;
    const { body, readable } = open(count + 1);
    for (let index = 0; index < count; index += 1) body.write('a');
    body.close();
    expect(await readable.toArray()).to.have.lengthOf(count);
  });

  it('asks for nothing more of what has refused a piece', async () => {
    const body = new WriteStream(() => {});
    const refusal = new Error('refused');
    const failures: unknown[] = [];
    const refuse = (): never => {
      throw refusal;
    };
    const pull = pullInto(
      () => ({ push: refuse }),
      body,
      (error) => failures.push(error),
    );
    body.write('a');
    body.write('b');
    pull();
    await turn();
    pull();
    await turn();
    expect(failures).to.deep.equal([refusal]);
  });
});
