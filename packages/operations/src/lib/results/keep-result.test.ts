import { Readable } from 'node:stream';
import { expect } from 'chai';
import { container, injectable, Lifecycle, scoped } from 'tsyringe';
import {
  createOperations,
  defineOperation,
  inProcess,
  Operation,
  type OperationContext,
  OperationFailure,
  type Operations,
  type OperationsError,
  type OperationSource,
  type OperationView,
  ResultContent,
} from '../../index.js';
import { abortOf, deferred } from '../attempts.test-support.js';
import { MemoryResultStore } from './memory-result-store.test-support.js';

const owner = 'ann';

/** Gives a piece and then nothing more, and says when it is asked for that, and when it is closed. */
class Stalling implements AsyncIterableIterator<string> {
  readonly stalls = deferred();
  readonly closed = deferred();
  pieces = 0;
  closings = 0;

  next(): Promise<IteratorResult<string>> {
    this.pieces += 1;
    if (this.pieces === 1) return Promise.resolve({ done: false, value: 'a;b\n' });
    this.stalls.resolve();
    return new Promise(() => {});
  }

  async return(): Promise<IteratorResult<string>> {
    this.closings += 1;
    this.closed.resolve();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

describe('the body of a result', () => {
  const errors: OperationsError[] = [];
  let results: MemoryResultStore;
  let body: Stalling;
  let operations: Operations | undefined;

  beforeEach(() => {
    errors.length = 0;
    results = new MemoryResultStore();
    body = new Stalling();
  });

  afterEach(() => operations?.close({ graceMs: 0 }));

  async function start(
    source: OperationSource,
    options = {},
  ): Promise<{ readonly id: string; readonly on: Operations }> {
    const on = createOperations({
      operations: [source],
      container: container.createChildContainer(),
      results,
      onError: (error) => errors.push(error as OperationsError),
      ...options,
    });
    operations = on;
    const { id } = await on.start(source as OperationSource<undefined>, undefined, { owner });
    return { id, on };
  }

  async function endOf({ id, on }: { readonly id: string; readonly on: Operations }): Promise<OperationView> {
    let last: OperationView | undefined;
    for await (const view of on.watch(id)) last = view;
    return last as OperationView;
  }

  function stalling(options: object): OperationSource {
    return defineOperation('stalling', { cancelGraceMs: 1, ...options }, () => new ResultContent(body, 'text/csv'));
  }

  it('is given up when it stalls and somebody cancels', async () => {
    const started = await start(stalling({}));
    await body.stalls.promise;
    await started.on.cancel(started.id);
    expect((await endOf(started)).state).to.equal('cancelled');
    expect(body.closings).to.equal(1);
    expect(errors.map(({ code }) => code)).to.deep.equal(['abandoned']);
    expect(results.saved.size).to.equal(0);
  });

  it('ends what its store has begun when it is given up', async () => {
    const refused = deferred();
    const save = results.save.bind(results);
    results.save = (result) => save(result).finally(() => refused.resolve());
    const { state } = await endOf(await start(stalling({ timeoutMs: 1 })));
    expect(state).to.equal('failed');
    await refused.promise;
    expect(results.saved.size).to.equal(0);
  });

  it('is part of what timeoutMs limits', async () => {
    const { state, error } = await endOf(await start(stalling({ timeoutMs: 20 })));
    expect([state, error?.code]).to.deep.equal(['failed', 'timeout']);
    expect(body.closings).to.equal(1);
  });

  it('is given up when the process shuts down', async () => {
    const { on, id } = await start(stalling({}));
    await body.stalls.promise;
    const ends = endOf({ on, id });
    await on.close({ graceMs: 1 });
    expect((await ends).error?.code).to.equal('interrupted');
    expect(body.closings).to.equal(1);
  });

  it('is closed at once where it is a Node stream', async () => {
    const stream = new Readable({ read: () => body.stalls.resolve() });
    const started = await start(
      defineOperation('streams', { cancelGraceMs: 1 }, () => new ResultContent(stream, 'text/csv')),
    );
    await body.stalls.promise;
    await started.on.cancel(started.id);
    expect((await endOf(started)).state).to.equal('cancelled');
    expect(stream.destroyed).to.equal(true);
  });

  it('stops as handlers do', async () => {
    const begun = deferred();
    async function* rows({ signal }: OperationContext): AsyncGenerator<string, undefined> {
      yield 'a;b\n';
      begun.resolve();
      await abortOf(signal);
      signal.throwIfAborted();
    }
    const source = defineOperation(
      'stops',
      {},
      (_input: unknown, context: OperationContext) => new ResultContent(rows(context), 'text/csv'),
    );
    const started = await start(source);
    await begun.promise;
    await started.on.cancel(started.id);
    expect((await endOf(started)).state).to.equal('cancelled');
    expect(errors).to.deep.equal([]);
  });

  it('reports, and fails as it says', async () => {
    async function* rows({ report }: OperationContext): AsyncGenerator<string, undefined> {
      yield 'a;b\n';
      report({ done: 1, total: 4, message: 'row 1' });
      throw new OperationFailure('rows-gone', { detail: 'Someone deleted them' });
    }
    const source = defineOperation(
      'reports',
      {},
      (_input: unknown, context: OperationContext) => new ResultContent(rows(context), 'text/csv'),
    );
    const { error, progress } = await endOf(await start(source));
    expect(error).to.include({ code: 'rows-gone', detail: 'Someone deleted them' });
    expect(progress).to.include({ value: 0.25, message: 'row 1' });
  });

  it('is read before what its handler was built of is disposed', async () => {
    @scoped(Lifecycle.ContainerScoped)
    class Connection {
      isOpen = true;
      dispose(): void {
        this.isOpen = false;
      }
    }
    const connections: Connection[] = [];
    @injectable()
    @Operation('reads')
    class Reads {
      constructor(private readonly connection: Connection) {
        connections.push(connection);
      }
      run(): ResultContent {
        return new ResultContent(this.rows(), 'text/plain');
      }
      private async *rows(): AsyncGenerator<string, undefined> {
        yield 'open: ';
        await new Promise((resolve) => setImmediate(resolve));
        yield String(this.connection.isOpen);
      }
    }
    await endOf(await start(Reads));
    expect([...results.saved.values()].map(({ bytes }) => String(bytes))).to.deep.equal(['open: true']);
    expect(connections.map(({ isOpen }) => isOpen)).to.deep.equal([false]);
  });

  it('is closed unread where there is no result store', async () => {
    const { error } = await endOf(await start(stalling({}), { results: undefined }));
    expect(error?.code).to.equal('result-too-large');
    expect([body.pieces, body.closings]).to.deep.equal([0, 1]);
  });

  it('is closed unread when another worker has the operation', async () => {
    const driver = inProcess();
    const lost = defineOperation('lost', {}, async (_input: unknown, { id, checkpoint }: OperationContext) => {
      await driver.store.transition(id, { attempt: 9, from: ['running'], to: 'running', patch: {} });
      await checkpoint('taken over');
      return new ResultContent(body, 'text/csv');
    });
    await start(lost, { driver });
    await body.closed.promise;
    expect([body.pieces, body.closings]).to.deep.equal([0, 1]);
    expect(results.saved.size).to.equal(0);
  });

  it('is not kept when it comes after its attempt was given up', async () => {
    const goOn = deferred();
    const saves: string[] = [];
    results.save = async ({ id }) => {
      saves.push(id);
      return id;
    };
    const late = defineOperation('late', { timeoutMs: 10, cancelGraceMs: 1 }, async () => {
      await goOn.promise;
      return new ResultContent(body, 'text/csv');
    });
    expect((await endOf(await start(late))).error?.code).to.equal('timeout');
    goOn.resolve();
    await body.closed.promise;
    expect(body.pieces).to.equal(0);
    expect(saves).to.deep.equal([]);
  });

  it('is deleted where the store has it only after its attempt was given up', async () => {
    const saved = deferred();
    const deleted = deferred();
    const references: string[] = [];
    results.save = async () => {
      await saved.promise;
      return 'late';
    };
    results.delete = async (reference) => {
      references.push(reference);
      deleted.resolve();
    };
    const slow = defineOperation(
      'slow',
      { timeoutMs: 10, cancelGraceMs: 1 },
      () => new ResultContent('a;b\n', 'text/csv'),
    );
    expect((await endOf(await start(slow))).error?.code).to.equal('timeout');
    saved.resolve();
    await deleted.promise;
    expect(references).to.deep.equal(['late']);
  });

  it('is closed when a store reads no more of it', async () => {
    results.save = async ({ content }) => {
      for await (const piece of content) throw new Error(`No room for ${piece.length} bytes`);
      return '';
    };
    const { error } = await endOf(await start(stalling({})));
    expect(error?.code).to.equal('threw');
    expect(errors.map(String)).to.deep.equal(['Error: No room for 4 bytes']);
    expect(body.closings).to.equal(1);
  });
});
