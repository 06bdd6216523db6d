import { expect } from 'chai';
import { addQueued, addRunning, end, newRecord } from '../driver-tests/stage.js';
import { type ChangeLog, MemoryStore } from './memory-store.js';

/** Writes nothing until it is told whether that went well. */
class HeldLog implements ChangeLog {
  readonly waiting: Writing[] = [];
  isHeld = false;

  created = (): Promise<void> => this.#write();
  moved = (): Promise<void> => this.#write();
  forgotten = (): Promise<void> => this.#write();
  checkpointed = async (): Promise<void> => {};
  check = async (): Promise<void> => {};

  #write(): Promise<void> {
    if (!this.isHeld) return Promise.resolve();
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }
}

interface Writing {
  resolve(): void;
  reject(error: Error): void;
}

describe('MemoryStore', () => {
  let log: HeldLog;
  let store: MemoryStore;
  const patch = { result: '1', endedAt: 1, expiresAt: 60_001 };
  const succeeded = { attempt: 1, from: ['running'], to: 'succeeded', patch } as const;

  beforeEach(() => {
    log = new HeldLog();
    store = new MemoryStore(log);
  });

  const stateOf = async (id: string): Promise<unknown> => {
    const found = await store.read(id);
    return found !== undefined && 'state' in found ? found.state : undefined;
  };

  it('tells who uses a key again what it stands for once that is written down', async () => {
    log.isHeld = true;
    const [first, second] = [newRecord({ idemKey: 'k' }), newRecord({ idemKey: 'k' })];
    const starts = [first, second].map((record) => store.create(record, { input: '1' }));
    let isAnswered = false;
    void starts[1]?.then(() => (isAnswered = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isAnswered).to.equal(false);
    log.waiting[0]?.resolve();
    const answers = await Promise.all(starts);
    expect(answers.map(({ outcome }) => outcome)).to.deep.equal(['created', 'replayed']);
    expect(answers[1]).to.have.nested.property('record.id', first.id);
  });

  it('leaves a key to the next where the first start could not be written down', async () => {
    log.isHeld = true;
    const records = ['first', 'second', 'third'].map(() => newRecord({ idemKey: 'k' }));
    const starts = records.map((record) => store.create(record, { input: '1' }).catch(({ message }: Error) => message));
    log.isHeld = false;
    log.waiting[0]?.reject(new Error('the disk is full'));
    const [refused, created, replayed] = await Promise.all(starts);
    expect(refused).to.equal('the disk is full');
    const { id } = records[1]!;
    expect(created).to.have.property('outcome', 'created');
    expect(created).to.have.nested.property('record.id', id);
    expect(replayed).to.have.property('outcome', 'replayed');
    expect(replayed).to.have.nested.property('record.id', id);
    expect(await stateOf(id)).to.equal('queued');
  });

  it('does not take for lost what is still being started', async () => {
    log.isHeld = true;
    const record = newRecord();
    const starting = store.create(record, { input: '1' });
    expect(await store.due()).to.deep.equal([]);
    log.waiting[0]?.resolve();
    await starting;
    expect(await store.due()).to.deep.equal([record.id]);
  });

  it('keeps what it could not write down was forgotten, until it is forgotten again', async () => {
    const running = await addRunning(store);
    const { id } = running;
    await end(store, running);
    log.isHeld = true;
    const forgetting = store.forget(id).catch(({ message }: Error) => message);
    const again = store.forget(id);
    expect(await stateOf(id)).to.equal('succeeded');
    log.isHeld = false;
    log.waiting[0]?.reject(new Error('the disk is full'));
    expect([await forgetting, await again]).to.deep.equal(['the disk is full', true]);
    expect(await store.read(id)).to.have.property('forgottenAt');
    expect(await store.forget(id)).to.equal(false);
  });

  it('tells of an end once it is written down', async () => {
    const { id } = await addRunning(store);
    log.isHeld = true;
    const ending = store.transition(id, succeeded);
    expect(await stateOf(id)).to.equal('running');
    log.waiting[0]?.resolve();
    expect(await ending).to.include({ state: 'succeeded', result: '1' });
    expect(await stateOf(id)).to.equal('succeeded');
  });

  it('lets an end that could not be written down be tried again', async () => {
    const { id } = await addRunning(store);
    log.isHeld = true;
    const ending = store.transition(id, succeeded).catch((error: Error) => error.message);
    log.waiting[0]?.reject(new Error('the disk is full'));
    expect(await ending).to.equal('the disk is full');
    expect(await stateOf(id)).to.equal('running');
    expect(await store.input(id)).to.be.a('string');
    log.isHeld = false;
    expect(await store.transition(id, succeeded)).to.have.property('state', 'succeeded');
  });

  it('has whoever wants another change wait for the one before', async () => {
    const { id } = await addQueued(store);
    log.isHeld = true;
    const taking = store.transition(id, { attempt: 1, from: ['queued'], to: 'running', patch: {} }).catch(() => {});
    const cancelling = store.requestCancel(id);
    expect(log.waiting).to.have.length(1);
    log.isHeld = false;
    log.waiting[0]?.reject(new Error('the disk is full'));
    await taking;
    expect(await cancelling).to.have.property('state', 'cancelled');
    expect(await store.transition(id, succeeded)).to.equal(undefined);
  });

  it('keeps what is reported while a change is written down', async () => {
    const { id } = await addRunning(store);
    log.isHeld = true;
    const cancelling = store.requestCancel(id);
    const reported = await store.report(id, 1, { value: 0.5 });
    log.waiting[0]?.resolve();
    const record = await cancelling;
    expect(record).to.deep.include({ state: 'cancelling', progress: { value: 0.5 } });
    expect(record?.seq).to.equal((reported?.seq ?? 0) + 1);
  });
});
