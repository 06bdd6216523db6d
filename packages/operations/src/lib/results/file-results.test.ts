import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { container } from 'tsyringe';
import {
  createOperations,
  defineOperation,
  fileResults,
  inProcess,
  type OpenedResult,
  type OperationContext,
  type Operations,
  type OperationView,
  ResultContent,
  type ResultStore,
} from '../../index.js';
import { newOperationId } from '../operation-id.js';
import { MemoryResultStore } from './memory-result-store.test-support.js';

async function* content(...pieces: readonly string[]): AsyncGenerator<Uint8Array, undefined> {
  for (const piece of pieces) yield Buffer.from(piece);
}

async function textOf(opened: { readonly content: unknown } | undefined): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of (opened?.content ?? []) as AsyncIterable<Uint8Array>) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

describe('fileResults', () => {
  let folder: string;
  let results: ResultStore;

  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'verbena-results-')), 'results');
    results = fileResults({ folder });
  });

  afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

  function save(text: string, retentionMs = 60_000): Promise<string> {
    const id = newOperationId();
    return results.save({
      id,
      attempt: 1,
      type: 'text/plain; charset=utf-8',
      content: content(text, '\né'),
      retentionMs,
    });
  }

  it('gives what was saved, also in another process', async () => {
    const reference = await save('{}\n');
    const opened = await fileResults({ folder }).open(reference);
    expect(opened?.type).to.equal('text/plain; charset=utf-8');
    expect(opened?.bytes).to.equal(6);
    expect(await textOf(opened)).to.equal('{}\n\né');
  });

  it('holds no file open for whoever never reads it', async function () {
    if (process.platform !== 'linux') this.skip();
    const reference = await save('x');
    const openedBefore = readdirSync('/proc/self/fd').length;
    for (let count = 0; count < 20; count += 1) await results.open(reference);
    expect(readdirSync('/proc/self/fd')).to.have.length.lessThan(openedBefore + 20);
  });

  it('knows nothing that is not there any more', async () => {
    const reference = await save('x');
    await results.delete(reference);
    await results.delete(reference);
    expect(await results.open(reference)).to.equal(undefined);
  });

  it('leaves nothing of what fails on the way', async () => {
    async function* broken(): AsyncGenerator<Uint8Array, undefined> {
      yield Buffer.from('x');
      throw new Error('the source is gone');
    }
    const saving = results.save({ id: newOperationId(), attempt: 1, type: 'x/y', content: broken(), retentionMs: 1 });
    expect(String(await saving.catch((error: unknown) => error))).to.contain('the source is gone');
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('deletes what is not wanted any more, and nobody else’s files', async () => {
    const old = await save('old', -1);
    const wanted = await save('wanted');
    writeFileSync(join(folder, 'notes.txt'), '');
    await results.sweep?.();
    expect(readdirSync(folder).sort()).to.deep.equal([wanted, 'notes.txt'].sort());
    expect(existsSync(join(folder, old))).to.equal(false);
  });

  it('leads nowhere else', async () => {
    for (const reference of ['../x', '/etc/passwd', 'op_x.1.1', '', `${await save('x')}.part`])
      expect(await results.open(reference).catch((error: unknown) => error)).to.be.an.instanceOf(TypeError);
  });
});

describe('operations with a result store', () => {
  let folder: string;
  let operations: Operations;
  const megabytes = (count: number): string => 'é'.repeat(count * 524_288);

  const gives = defineOperation('gives', { retentionMs: 60_000 }, async (what: string) => {
    if (what === 'large') return megabytes(100);
    if (what === 'small') return { small: true };
    if (what === 'csv') return new ResultContent('a;b\n', 'text/csv');
    if (what === 'broken') return new ResultContent(broken(), 'text/csv');
    return new ResultContent(content('a', 'b'), 'text/plain');
  });

  async function* broken(): AsyncGenerator<string, undefined> {
    yield 'half';
    throw new Error('the source is gone');
  }

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'verbena-results-'));
    operations = createOperations({ operations: [gives], results: fileResults({ folder }), onError: () => {} });
  });

  after(async () => {
    await operations.close();
    rmSync(folder, { recursive: true });
  });

  async function run(what: string): Promise<OperationView> {
    const { id } = await operations.start(gives, what, { owner: 'ann' });
    let last: OperationView | undefined;
    for await (const view of operations.watch(id)) last = view;
    return last as OperationView;
  }

  it('keep 100 MB out of the record', async () => {
    const { id, state, result, hasStoredResult } = await run('large');
    expect({ state, result, hasStoredResult }).to.deep.equal({
      state: 'succeeded',
      result: undefined,
      hasStoredResult: true,
    });
    const opened = (await operations.openResult(id)) as OpenedResult;
    expect(opened.type).to.equal('application/json');
    expect(opened.bytes).to.equal(2 * 100 * 524_288 + 2);
    expect(JSON.parse(await textOf(opened)) === megabytes(100)).to.equal(true);
    expect(await operations.forget(id)).to.equal(true);
    expect(readdirSync(folder)).to.deep.equal([]);
  }).timeout(30_000);

  it('give small ones from the record', async () => {
    const { id, result } = await run('small');
    expect(result).to.deep.equal({ small: true });
    const opened = await operations.openResult(id);
    expect(opened?.type).to.equal('application/json');
    expect(await textOf(opened)).to.equal('{"small":true}');
  });

  it('give what has a type of its own', async () => {
    for (const [what, type, text] of [
      ['csv', 'text/csv', 'a;b\n'],
      ['pieces', 'text/plain', 'ab'],
    ] as const) {
      const { id } = await run(what);
      const opened = await operations.openResult(id);
      expect([opened?.type, await textOf(opened)]).to.deep.equal([type, text]);
    }
  });

  it('keep nothing of an attempt that was overtaken', async () => {
    const driver = inProcess();
    const lost = defineOperation('lost', {}, async (_input: unknown, { id }: OperationContext) => {
      await driver.store.transition(id, { attempt: 9, from: ['running'], to: 'running', patch: {} });
      return new ResultContent('late', 'text/plain');
    });
    const kept = new MemoryResultStore();
    let isDeleted: () => void = () => {};
    const deleted = new Promise<void>((resolve) => {
      isDeleted = resolve;
    });
    const remove = kept.delete.bind(kept);
    kept.delete = async (reference) => {
      await remove(reference);
      isDeleted();
    };
    const others = createOperations({
      operations: [lost],
      container: container.createChildContainer(),
      driver,
      results: kept,
    });
    const { id } = await others.start(lost, undefined, { owner: 'ann' });
    await deleted;
    expect([...kept.saved]).to.deep.equal([]);
    expect((await others.get(id))?.state).to.equal('running');
    await others.close({ graceMs: 0 });
  });

  it('fail when the result breaks on the way', async () => {
    const { state, error, id } = await run('broken');
    expect([state, error?.code]).to.deep.equal(['failed', 'threw']);
    expect(await operations.openResult(id)).to.equal(undefined);
  });
});
