import { expect } from 'chai';
import { Barrier } from './barrier.test-support.js';
import { StartedIterable } from './started-iterable.js';

/** A generator run to its first yield, with what becomes of it. */
async function start(...pieces: readonly string[]): Promise<{ started: StartedIterable; log: readonly string[] }> {
  const log: string[] = [];
  const generator = (async function* () {
    try {
      yield* pieces;
    } finally {
      log.push('over');
    }
  })();
  const source = {
    next: () => generator.next(),
    cancel: () => {
      log.push('cancel');
      return generator.return();
    },
  };
  const started = new StartedIterable(source);
  await started.started;
  return { started, log };
}

describe('StartedIterable', () => {
  it('gives every chunk, the first one again', async () => {
    const { started } = await start('a', 'b', 'c');
    expect([started.isEmpty, started.first]).to.deep.equal([false, 'a']);
    const pieces: unknown[] = [];
    for await (const piece of started) pieces.push(piece);
    expect(pieces).to.deep.equal(['a', 'b', 'c']);
    expect((await started.next()).done).to.equal(true);
  });

  it('is empty when there was no first chunk', async () => {
    const { started, log } = await start();
    expect(started.isEmpty).to.equal(true);
    expect((await started.next()).done).to.equal(true);
    await started.return();
    expect(log).to.deep.equal(['over']);
  });

  it('stops its source once, and gives nothing after that', async () => {
    const { started, log } = await start('a', 'b');
    await started.return();
    expect(log).to.deep.equal(['cancel', 'over']);
    await started.cancel();
    expect((await started.next()).done).to.equal(true);
    expect(log).to.have.length(2);
  });

  it('rejects when its source fails before its first chunk, and does not stop it then', async () => {
    const log: string[] = [];
    const broken = new Error('broken');
    const failed = new StartedIterable({ next: () => Promise.reject(broken), cancel: () => log.push('cancel') });
    expect(await failed.started.catch((error: unknown) => error)).to.equal(broken);
    await failed.return();
    expect(log).to.deep.equal([]);
  });

  it('stops a source that is still to give its first chunk, and gives nothing when it comes', async () => {
    const first = new Barrier<IteratorResult<unknown>>();
    const log: string[] = [];
    const waiting = new StartedIterable({ next: () => first.passed, cancel: () => log.push('cancel') });
    await waiting.return();
    first.open({ done: false, value: 'late' });
    await waiting.started;
    expect((await waiting.next()).done).to.equal(true);
    expect(log).to.deep.equal(['cancel']);
  });

  it('does not stop a source that has ended by itself', async () => {
    const { started, log } = await start('a');
    for await (const piece of started) expect(piece).to.equal('a');
    await started.cancel();
    expect(log).to.deep.equal(['over']);
  });

  it('takes a source that throws at once, or gives no promise, as one that rejects or resolves', async () => {
    const steps: (() => unknown)[] = [
      () => ({ done: false, value: 'plain' }),
      () => {
        throw new Error('at once');
      },
    ];
    const log: string[] = [];
    const next = (): Promise<IteratorResult<unknown>> => steps.shift()?.() as Promise<IteratorResult<unknown>>;
    const started = new StartedIterable({ next, cancel: () => log.push('cancel') });
    await started.started;
    expect((await started.next()).value).to.equal('plain');
    expect(await started.next().catch(({ message }: Error) => message)).to.equal('at once');
    await started.return();
    expect(log).to.deep.equal([]);
  });
});
