import { expect } from 'chai';
import { container } from 'tsyringe';
import {
  createOperations,
  type OpenedResult,
  Operation,
  type Operations,
  type OperationSource,
  OperationsStartupError,
  type OperationView,
} from '../../index.js';
import { MemoryResultStore } from '../results/memory-result-store.test-support.js';
import { Busy, Deaf, hidden, InThread, Odd, shout } from './threaded.test-support.js';

describe("operations with runIn: 'thread'", () => {
  const errors: unknown[] = [];
  const warnings: string[] = [];
  const results = new MemoryResultStore();
  let operations: Operations;

  function open(sources: readonly OperationSource[]): Operations {
    return createOperations({
      operations: sources,
      container: container.createChildContainer(),
      results,
      maxThreads: 2,
      onError: (error) => errors.push(error),
      onWarning: (message) => warnings.push(message),
    });
  }

  before(() => {
    operations = open([InThread, Busy, Deaf, Odd, shout]);
  });

  after(() => operations.close());

  beforeEach(() => {
    errors.length = 0;
    warnings.length = 0;
  });

  async function finish(id: string, seen: OperationView[] = []): Promise<OperationView> {
    for await (const view of operations.watch(id)) seen.push(view);
    return seen.at(-1) as OperationView;
  }

  async function run(kind: string, input: unknown, seen: OperationView[] = []): Promise<OperationView> {
    const { id } = await operations.start(kind, input, { owner: 'ann' });
    return await finish(id, seen);
  }

  async function reach(id: string, holds: (view: OperationView) => boolean): Promise<void> {
    for await (const view of operations.watch(id)) if (holds(view)) return;
  }

  it('run there, with what their module injects and what the schema makes of the input', async () => {
    const { state, result } = await run('in-thread', { name: 'Ann', day: '2024-05-01' });
    expect({ state, result }).to.deep.equal({
      state: 'succeeded',
      result: { name: 'Ann', year: 2024, isThread: true },
    });
    expect((await run('shout', 'hello')).result).to.equal('HELLO');
  });

  it('report while they keep their thread busy, and this one stays free', async () => {
    const seen: OperationView[] = [];
    const { state, result, progress } = await run('busy', 700, seen);
    expect(state).to.equal('succeeded');
    expect(result).to.be.greaterThan(1000);
    expect(progress).to.deep.include({ value: 1 });
    const between = seen.filter((view) => view.state === 'running' && view.progress !== null);
    expect(between.length).to.be.within(3, 6);
    expect(between[1]?.progress?.children).to.have.length(1);
    expect(between[1]?.progress?.message).to.match(/^turn \d+$/);
  });

  it('are cancelled though they never pause, as soon as they look at the signal', async () => {
    const { id } = await operations.start(Busy, 60_000, { owner: 'ann' });
    await reach(id, ({ progress }) => progress !== null);
    await operations.cancel(id);
    const { state, message } = await finish(id);
    expect({ state, message }).to.deep.equal({ state: 'cancelled', message: undefined });
    expect(errors).to.deep.equal([]);
  });

  it('are ended with their thread when they do not stop', async () => {
    const { id } = await operations.start(Deaf, undefined, { owner: 'ann' });
    await reach(id, ({ state }) => state === 'running');
    await operations.cancel(id);
    const { state, message } = await finish(id);
    expect(state).to.equal('cancelled');
    expect(message).to.match(/may still be ending/);
    expect(errors.map((error) => (error as { code: string }).code)).to.deep.equal(['abandoned']);
    expect((await run('shout', 'and others go on')).state).to.equal('succeeded');
  });

  it('fail as they say, or say nothing', async () => {
    expect((await run('odd', 'failure')).error).to.deep.equal({
      type: 'urn:verbena:operations:no-money',
      title: 'The operation failed',
      code: 'no-money',
      detail: 'Your balance is too low',
    });
    expect(errors).to.deep.equal([]);
    const thrown = await run('odd', 'error');
    expect(thrown.error?.code).to.equal('threw');
    expect(thrown.attempt).to.equal(2);
    expect(errors.map(String)).to.deep.equal(['RangeError: the password is 1234', 'RangeError: the password is 1234']);
    errors.length = 0;
    await run('odd', 'exited');
    expect(errors.map(String)).to.deep.equal(Array(2).fill('Error: ffmpeg exited with code 1'));
    expect((await run('odd', 'bigint')).error?.code).to.equal('result-not-serialisable');
    expect(warnings).to.have.length(1);
  });

  it('fail at once where what they throw throws when it is looked at, and log what is no text as such', async () => {
    expect((await run('odd', 'proxy')).error?.code).to.equal('threw');
    expect(errors.map(String)).to.deep.equal(Array(2).fill('Error: A handler threw what throws when it is looked at'));
    const { id, result } = await run('odd', 'odd line');
    expect(result).to.equal('logged');
    expect(await operations.readLog(id)).to.deep.equal(['attempt 1', '(object)']);
  });

  it('that end their thread fail, and the next gets another one', async () => {
    const { error } = await run('odd', 'exit');
    expect(error?.code).to.equal('threw');
    expect(errors.map((one) => (one as { code: string }).code)).to.deep.equal(['thread-lost', 'thread-lost']);
    expect((await run('shout', 'x')).result).to.equal('X');
    errors.length = 0;
    await run('odd', 'uncaught');
    expect(errors.map((one) => (one as { code: string }).code)).to.deep.equal(['thread-lost', 'thread-lost']);
    expect(errors.map((one) => String((one as Error).cause))).to.deep.equal(Array(2).fill('Error: nobody catches it'));
  });

  it('refuse an input that their schema refuses', async () => {
    const refused = await operations
      .start('in-thread', { name: 1 }, { owner: 'ann' })
      .catch((reason: unknown) => reason);
    expect(refused).to.have.property('code', 'invalid-input');
  });

  it('keep checkpoints and lines, and warn', async () => {
    const kept = await run('odd', 'checkpoint');
    expect({ result: kept.result, attempt: kept.attempt }).to.deep.equal({ result: { row: 7 }, attempt: 2 });
    expect(await operations.readLog(kept.id)).to.deep.equal(['attempt 1', 'attempt 2']);
    expect((await run('odd', 'large checkpoint')).result).to.equal('checkpoint-too-large');
    await run('odd', 'nothing');
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.contain('"odd"');
  });

  it('give results of other types', async () => {
    const { id, hasStoredResult } = await run('odd', 'content');
    expect(hasStoredResult).to.equal(true);
    const { type, content } = (await operations.openResult(id)) as OpenedResult;
    expect(type).to.equal('text/csv');
    const pieces: Uint8Array[] = [];
    for await (const piece of content as AsyncIterable<Uint8Array>) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).to.equal('a;b\né;2\n');
  });

  it('must say which module they are in, and be exported there', async () => {
    @Operation('homeless', { runIn: 'thread' })
    class Homeless {
      run(): void {}
    }
    expect(() => open([Homeless]))
      .to.throw(OperationsStartupError, 'add `module: import.meta.url`')
      .with.nested.property('errors[0].code', 'bad-declaration');
    const other = open([hidden.Hidden]);
    const failure: unknown = await other.ready().catch((reason: unknown) => reason);
    expect(failure).to.be.an.instanceOf(OperationsStartupError);
    expect((failure as OperationsStartupError).errors[0]).to.include({ code: 'not-in-module', subject: 'Hidden' });
    const start = await other.start('hidden', undefined, { owner: 'ann' }).catch((reason: unknown) => reason);
    expect(start).to.equal(failure);
    await other.close();
  });
});
