import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { container } from 'tsyringe';
import {
  createOperations,
  defineOperation,
  inProcess,
  type OperationContext,
  type Operations,
  type OperationsOptions,
  type OperationView,
} from '../../index.js';
import { describeDriver } from '../../driver-tests.js';
import type { OperationRecord } from '../record.js';
import { addQueued, addRunning, end, newRecord, take } from '../driver-tests/stage.js';

const owner = 'ann';

describe('inProcess({ journal })', () => {
  let folder: string;
  let journal: string;
  const open: Operations[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'verbena-journal-'));
    journal = join(folder, 'operations', 'journal.jsonl');
  });

  afterEach(async () => {
    for (const operations of open.splice(0)) await operations.close({ graceMs: 0 });
    rmSync(folder, { recursive: true });
  });

  async function start(
    listed: OperationsOptions['operations'],
    options: Partial<OperationsOptions> = {},
  ): Promise<Operations> {
    const operations = createOperations({
      operations: listed,
      container: container.createChildContainer(),
      driver: inProcess({ journal }),
      ownerSecret: 'secret',
      onError: () => {},
      ...options,
    });
    open.push(operations);
    await operations.ready();
    return operations;
  }

  async function endOf(operations: Operations, id: string): Promise<OperationView | undefined> {
    let last: OperationView | undefined;
    for await (const view of operations.watch(id)) last = view;
    return last;
  }

  const quick = defineOperation('quick', {}, async (input: unknown) => ({ input }));

  it('needs a secret that stays the same', () => {
    expect(() => createOperations({ operations: [], driver: inProcess({ journal }) }))
      .to.throw('no ownerSecret')
      .with.nested.property('errors[0].code', 'no-secret');
  });

  it('tells the next process what has come to its end, and what was forgotten', async () => {
    const first = await start([quick]);
    const kept = await first.start(quick, 'é\u2028', { owner, key: 'k' });
    const forgotten = await first.start(quick, 1, { owner });
    await endOf(first, forgotten.id);
    await first.forget(forgotten.id);
    const ended = await endOf(first, kept.id);
    await first.close();
    const second = await start([quick]);
    expect(await second.get(kept.id, { owner })).to.deep.equal(ended);
    expect(await second.find(forgotten.id, { owner })).to.deep.equal({ operation: undefined, isOwn: true });
    expect((await second.list({ owner })).operations).to.deep.equal([ended]);
    expect((await second.start(quick, 'é\u2028', { owner, key: 'k' })).id).to.equal(kept.id);
  });

  it('has what was under way interrupted, or run again where it may be', async () => {
    const attempts: unknown[] = [];
    const never = new Promise<void>(() => {});
    const isSecond = { value: false };
    const work = async (
      _input: unknown,
      { attempt, checkpoint, lastCheckpoint }: OperationContext,
    ): Promise<string> => {
      attempts.push({ attempt, lastCheckpoint });
      await checkpoint({ row: 5 });
      if (!isSecond.value) await never;
      return 'done';
    };
    const once = defineOperation('once', {}, (input: unknown, context) => work(input, context));
    const again = defineOperation('again', { repeatable: true }, (input: unknown, context) => work(input, context));
    const first = await start([once, again]);
    const running = await first.start(once, undefined, { owner });
    const waiting = await first.start(once, undefined, { owner });
    const repeatable = await first.start(again, undefined, { owner });
    const cancelling = await first.start(again, undefined, { owner });
    for (const { id } of [running, repeatable])
      for await (const { state } of first.watch(id)) if (state === 'running') break;
    await first.cancel(repeatable.id);
    await first.cancel(cancelling.id);
    const third = await first.start(again, undefined, { owner });
    // The first process ends without a word: it is left alone, and its file is copied.
    writeFileSync(`${journal}.copy`, readFileSync(journal));
    journal = `${journal}.copy`;
    isSecond.value = true;
    attempts.length = 0;
    const second = await start([once, again]);
    expect((await endOf(second, running.id))?.error?.code).to.equal('interrupted');
    expect((await endOf(second, waiting.id))?.result).to.equal('done');
    expect((await endOf(second, repeatable.id))?.state).to.equal('cancelled');
    expect((await endOf(second, cancelling.id))?.state).to.equal('cancelled');
    expect((await endOf(second, third.id))?.result).to.equal('done');
    expect(attempts).to.deep.equal([
      { attempt: 1, lastCheckpoint: undefined },
      { attempt: 1, lastCheckpoint: undefined },
    ]);
  });

  it('has what was shut down run again where it may be, and interrupted otherwise', async () => {
    const stops = async (_input: unknown, { attempt, signal }: OperationContext): Promise<string> => {
      if (attempt === 1)
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
      signal.throwIfAborted();
      return `attempt ${attempt}`;
    };
    const once = defineOperation('once', {}, (input: unknown, work) => stops(input, work));
    const again = defineOperation('again', { repeatable: true }, (input: unknown, work) => stops(input, work));
    const first = await start([once, again]);
    const ids = [];
    for (const operation of [once, again]) {
      const { id } = await first.start(operation, undefined, { owner });
      for await (const { state } of first.watch(id)) if (state === 'running') break;
      ids.push(id);
    }
    await first.close({ graceMs: 5_000 });
    const second = await start([once, again]);
    const [stopped, repeated] = [await endOf(second, ids[0] ?? ''), await endOf(second, ids[1] ?? '')];
    expect([stopped?.state, stopped?.error?.code]).to.deep.equal(['failed', 'interrupted']);
    expect([repeated?.state, repeated?.result]).to.deep.equal(['succeeded', 'attempt 2']);
  });

  it('keeps checkpoints for the attempt in the next process', async () => {
    const driver = inProcess({ journal });
    await driver.start();
    const { id } = await addRunning(driver.store);
    await driver.store.saveCheckpoint(id, 1, '{"row":1}');
    await driver.close();
    const next = inProcess({ journal });
    await next.start();
    expect(await next.store.due()).to.deep.equal([id]);
    await take(next.store, id, 2);
    expect(await next.store.lastCheckpoint(id)).to.equal('{"row":1}');
    expect(await next.store.input(id)).to.equal('{}');
    await next.close();
  });

  it('is not written when progress is reported', async () => {
    const driver = inProcess({ journal });
    await driver.start();
    const { id } = await addRunning(driver.store);
    const { size } = statSync(journal);
    for (let count = 0; count < 10; count += 1) await driver.store.report(id, 1, { value: count / 10 });
    await driver.store.appendLog(id, 1, ['line']);
    expect(statSync(journal).size).to.equal(size);
    await driver.close();
  });

  it('is written before anybody is told', async () => {
    const driver = inProcess({ journal });
    await driver.start();
    const { id } = await addQueued(driver.store);
    expect(readFileSync(journal, 'utf8')).to.contain(id);
    await driver.close();
  });

  it('may be torn at its end, wherever', async () => {
    const driver = inProcess({ journal });
    await driver.start();
    const first = await addQueued(driver.store);
    const whole = readFileSync(journal);
    const second = await addQueued(driver.store);
    const all = readFileSync(journal);
    await driver.close();
    for (const length of [whole.length + 1, whole.length + 100, all.length - 2]) {
      writeFileSync(journal, all.subarray(0, length));
      const next = inProcess({ journal });
      await next.start();
      expect(await next.store.read(first.id)).to.deep.equal(first);
      expect(await next.store.read(second.id)).to.equal(undefined);
      // What is written now does not follow half a line.
      const third = await addQueued(next.store);
      await next.close();
      const last = inProcess({ journal });
      await last.start();
      expect(await last.store.read(third.id)).to.deep.equal(third);
      await last.close();
    }
  });

  it('is refused when something else is in it, and left as it is', async () => {
    for (const [text, line] of [
      ['{"verbenaOperations":1}\n{"id":"x","checkpoint":"1"}\n', 2],
      ['[package]\nname = "x"\n', 1],
      ['not ours', 1],
    ] as const) {
      const path = join(folder, 'damaged');
      writeFileSync(path, text);
      const operations = createOperations({
        operations: [],
        container: container.createChildContainer(),
        driver: inProcess({ journal: path }),
        ownerSecret: 'secret',
        onError: () => {},
      });
      open.push(operations);
      const failure: unknown = await operations.ready().catch((error: unknown) => error);
      expect(failure).to.have.property('code', 'journal-damaged');
      expect((failure as Error).message).to.contain(`line ${line} `);
      expect(await operations.list({ owner }).catch((error: unknown) => error)).to.equal(failure);
      expect(readFileSync(path, 'utf8')).to.equal(text);
    }
  });

  it('is refused wherever a byte of it has changed, and left as it is', async function () {
    this.timeout(60_000);
    const driver = inProcess({ journal });
    await driver.start();
    await addQueued(driver.store, { idemKey: 'k', fingerprint: 'f', label: 'é' });
    const running = await addRunning(driver.store);
    await driver.store.saveCheckpoint(running.id, 1, '{"row":1}');
    const { id } = (await end(driver.store, await addRunning(driver.store))) ?? {};
    await driver.store.forget(id ?? '');
    await driver.close();
    const whole = readFileSync(journal);
    // What the last line end becomes makes of its line one that was not written to its end.
    for (let at = 0; at < whole.length - 1; at += 5) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(journal, damaged);
      const next = inProcess({ journal });
      const failure: unknown = await next.start().catch((error: unknown) => error);
      expect(failure, `byte ${at}`).to.have.property('code', 'journal-damaged');
      expect(readFileSync(journal).equals(damaged)).to.equal(true);
    }
  });

  it('is taken over by a process that opens it while another has it, and nothing runs twice that may not', async () => {
    const runs: string[] = [];
    const errors: unknown[] = [];
    const told: unknown[] = [];
    const once = defineOperation('once', {}, async (name: string, { signal }: OperationContext) => {
      runs.push(name);
      if (name === 'first') await new Promise((resolve) => signal.addEventListener('abort', resolve));
      told.push((signal.reason as { code?: string } | undefined)?.code);
      return name;
    });
    const first = await start([once], { onError: (error) => errors.push(error) });
    const [running, waiting] = [
      await first.start(once, 'first', { owner }),
      await first.start(once, 'waiting', { owner }),
    ];
    for await (const { state } of first.watch(running.id)) if (state === 'running') break;
    const second = await start([once]);
    expect((await endOf(second, running.id))?.error?.code).to.equal('interrupted');
    expect((await endOf(second, waiting.id))?.result).to.equal('waiting');
    const refused: unknown = await first.start(once, 'late', { owner }).catch((error: unknown) => error);
    expect(refused).to.have.property('code', 'journal-taken');
    expect(await first.start(once, 'later', { owner }).catch((error: unknown) => error)).to.have.property(
      'code',
      'journal-taken',
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect([runs, told]).to.deep.equal([
      ['first', 'waiting'],
      [undefined, 'taken-over'],
    ]);
    await first.close({ graceMs: 0 });
    expect(errors).to.deep.equal([]);
    expect((await second.get(running.id))?.error?.code).to.equal('interrupted');
    expect((await second.list({ owner })).operations).to.have.length(2);
    await second.close();
    expect(readdirSync(dirname(journal))).to.deep.equal(['journal.jsonl']);
  });

  it('is found out to be taken by the next sweep, where nothing is written', async () => {
    const [driver, next] = [inProcess({ journal }), inProcess({ journal })];
    await driver.start();
    await next.start();
    expect(await driver.store.due().catch((error: unknown) => error)).to.have.property('code', 'journal-taken');
    expect(await driver.store.due(), 'it is said once').to.deep.equal([]);
    expect(await next.store.due()).to.deep.equal([]);
    await Promise.all([driver.close(), next.close()]);
  });

  it('is whole after a process was killed while it took it', async () => {
    const driver = inProcess({ journal });
    await driver.start();
    const kept = await addQueued(driver.store);
    await driver.close();
    renameSync(journal, `${journal}.old`);
    const next = inProcess({ journal });
    await next.start();
    expect(await next.store.read(kept.id)).to.deep.equal(kept);
    await next.close();
    expect(readdirSync(dirname(journal))).to.deep.equal(['journal.jsonl']);
  });

  it('never grows much longer than what it tells of', async () => {
    const driver = inProcess({ journal });
    await driver.start();
    const kept = await addQueued(driver.store, { kind: 'kept' });
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(
        Array.from({ length: 100 }, async () => {
          const { id } = (await end(driver.store, await addRunning(driver.store, { retentionMs: 1 }))) ?? {};
          await driver.store.forget(id ?? '');
        }),
      );
      // As the service does: only then are the graves gone that have expired.
      await driver.store.due();
    }
    await driver.close();
    const lines = readFileSync(journal, 'utf8').split('\n').length;
    expect(lines).to.be.lessThan(4_000);
    const next = inProcess({ journal });
    await next.start();
    expect(await next.store.read(kept.id)).to.deep.equal(kept);
    await next.close();
    expect(readFileSync(journal, 'utf8').split('\n')).to.have.length.lessThan(20);
  });

  it('is let go of where operations are closed while it is being read', async function () {
    if (!existsSync('/proc/self/fd')) this.skip();
    const driver = inProcess({ journal });
    let begun: (started: Promise<void>) => void = () => {};
    const beginning = new Promise<{ readonly started: Promise<void> }>((resolve) => {
      begun = (started) => resolve({ started });
    });
    const start = (): Promise<void> => {
      const started = driver.start();
      begun(started);
      return started;
    };
    const operations = createOperations({ operations: [], driver: { ...driver, start }, ownerSecret: 's' });
    const { started } = await beginning;
    await operations.close();
    await started;
    const files = readdirSync('/proc/self/fd').map((file) => {
      try {
        return readlinkSync(`/proc/self/fd/${file}`);
      } catch {
        // The one by which this folder was read.
        return '';
      }
    });
    expect(files.filter((path) => path.startsWith(folder))).to.deep.equal([]);
  });

  it('that cannot be written lets nothing be started', async () => {
    writeFileSync(join(folder, 'file'), '');
    journal = join(folder, 'file', 'journal');
    const operations = createOperations({
      operations: [quick],
      driver: inProcess({ journal }),
      ownerSecret: 's',
      onError: () => {},
    });
    open.push(operations);
    const failure: unknown = await operations.start(quick, 1, { owner }).catch((error: unknown) => error);
    expect(failure).to.have.property('code', 'ENOTDIR');
  });

  it('that cannot be written any more refuses what is new, and stores nothing of it', async () => {
    const driver = inProcess({ journal });
    await driver.start();
    const { id } = await addQueued(driver.store, { idemKey: 'k', fingerprint: 'f' });
    // A file that is closed stands for a disk that is full.
    await driver.close();
    const record = newRecord();
    const failure: unknown = await driver.store.create(record, { input: '1' }).catch((error: unknown) => error);
    expect(failure).to.have.property('code', 'engine-away');
    expect(await driver.store.read(record.id)).to.equal(undefined);
    expect((await driver.store.listByOwner('ann', { limit: 50 })).records.map((one) => one.id)).to.deep.equal([id]);
  });

  it('is whole after a disk was full', async function () {
    if (process.platform === 'win32') this.skip();
    const program = join(import.meta.dirname, 'full-disk.test-support.js');
    // Files of 32 KiB at most stand for a disk: what is longer is written in part, and then refused.
    const child = spawn('bash', ['-c', 'ulimit -f 32; exec "$@"', 'bash', process.execPath, program, journal], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    await once(child, 'exit');
    const { id, ...seen } = JSON.parse(said.toString()) as Record<string, string>;
    expect(seen).to.deep.equal({ refusal: 'engine-away', state: 'succeeded' });
    const operations = await start([quick]);
    expect((await operations.get(id ?? ''))?.result).to.equal('done');
  });

  it('lets nobody who saw progress take what comes after a restart for older', async () => {
    const driver = inProcess({ journal });
    await driver.start();
    const { id } = await addRunning(driver.store);
    for (const value of [0.1, 0.2, 0.3]) await driver.store.report(id, 1, { value });
    const seen = (await driver.store.read(id)) as OperationRecord;
    await driver.close();
    const next = inProcess({ journal });
    await next.start();
    expect((await next.store.requestCancel(id))?.seq).to.be.greaterThan(seen.seq);
    await next.close();
  });

  it('outlives a process that is killed', async () => {
    const program = join(import.meta.dirname, 'journaled.test-support.js');
    const child = spawn(process.execPath, [program, journal], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { once: onceId, again: againId } = JSON.parse(said.toString()) as Record<string, string>;
    const operations = await start([
      defineOperation('once', {}, async () => 'done'),
      defineOperation('again', { repeatable: true }, async (_input: unknown, { attempt }: OperationContext) => attempt),
    ]);
    expect((await endOf(operations, onceId ?? ''))?.error?.code).to.equal('interrupted');
    expect((await endOf(operations, againId ?? ''))?.result).to.equal(2);
  });
});

describeDriver({
  name: 'inProcess({ journal })',
  open: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'verbena-journal-'));
    return {
      driver: () => inProcess({ journal: join(folder, 'journal') }),
      close: async () => rmSync(folder, { recursive: true }),
    };
  },
});
