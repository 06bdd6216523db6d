import type { Created, CreateOptions, Listed, ListQuery, OperationStore, Reported, Transition } from '../ports.js';
import type { OperationProgress, OperationRecord, Tombstone } from '../record.js';
import { isTerminal } from '../view.js';
import { ExpiryWheel } from './expiry-wheel.js';
import { type Grave, type KeptOperation, patched } from './kept-operation.js';
import { OwnerIndex } from './owner-index.js';

const LOG_LINES = 100;

type Patch = Parameters<typeof patched>[1];

/** More than was ever reported of one attempt: progress is not written down, and each report had a number. */
const SEQ_LEAP = 2 ** 32;

/** A record after somebody wanted to change it; undefined when it is not known. */
interface Change {
  readonly record: OperationRecord | undefined;
  readonly isChanged: boolean;
}

/** What is told of every change. A change is safe once the promise is fulfilled; where there is none, nothing is waited for. */
export interface ChangeLog {
  created(kept: KeptOperation): Promise<void>;
  moved(record: OperationRecord): Promise<void>;
  checkpointed(id: string, data: string): Promise<void>;
  forgotten(grave: Grave): Promise<void>;
  /** @throws OperationsError the first time it is seen that changes are another process's to write */
  check(): Promise<void>;
}

/** Keeps operations in the memory of this process. Changes of one operation are made one after another, and so atomic. */
export class MemoryStore implements OperationStore {
  /** Asked which operations wait or run in this process; the others are due. */
  isHeld: (id: string) => boolean = () => false;
  readonly #kept = new Map<string, KeptOperation>();
  readonly #graves = new Map<string, Grave>();
  readonly #ids = new Map<string, string>();
  readonly #owners = new OwnerIndex();
  readonly #wheel = new ExpiryWheel();
  readonly #log: ChangeLog | undefined;
  #ordinals = 0;

  constructor(log?: ChangeLog) {
    this.#log = log;
  }

  /** Takes what an earlier process has kept, in order of creation. */
  restore(kept: Iterable<Omit<KeptOperation, 'ordinal'>>, graves: Iterable<Grave>): void {
    for (const one of kept) {
      const record = mayHaveReported(one.record) ? { ...one.record, seq: one.record.seq + SEQ_LEAP } : one.record;
      this.#add({ ...one, record, ordinal: this.#nextOrdinal() });
      if (isTerminal(record)) this.#wheel.add(record.id, Math.max(0, (record.expiresAt ?? 0) - Date.now()));
    }
    for (const grave of graves) {
      const { id, forgottenAt } = grave.tombstone;
      this.#graves.set(id, grave);
      this.#wheel.add(id, Math.max(0, forgottenAt + grave.retentionMs - Date.now()));
    }
    this.#sweep();
  }

  /** Everything that is kept, in order of creation, and every grave. */
  contents(): { readonly kept: Iterable<KeptOperation>; readonly graves: Iterable<Grave>; readonly size: number } {
    return { kept: this.#kept.values(), graves: this.#graves.values(), size: this.#kept.size + this.#graves.size };
  }

  /** The number of the attempt that comes next. */
  nextAttempt(id: string): number {
    return (this.#kept.get(id)?.record.attempt ?? 0) + 1;
  }

  async create(record: OperationRecord, { input, perOwnerLimit }: CreateOptions): Promise<Created> {
    const key = keyOf(record);
    let other = this.#ofKey(key);
    // Whether there was one before is known once that is written.
    for (; other?.writing !== undefined; other = this.#ofKey(key)) await other.writing;
    if (other !== undefined) {
      if (other.record.fingerprint !== record.fingerprint) return { outcome: 'key-reused' };
      return { outcome: 'replayed', record: other.record };
    }
    if (perOwnerLimit !== undefined && this.#owners.underWay(record.owner, record.kind) >= perOwnerLimit)
      return { outcome: 'limit-reached' };
    const kept: KeptOperation = { record, ordinal: this.#nextOrdinal(), input, checkpoint: undefined, log: [] };
    this.#add(kept);
    const written = this.#log?.created(kept);
    kept.writing = written?.catch(() => {});
    try {
      await written;
    } catch (error) {
      this.#remove(kept);
      throw error;
    } finally {
      kept.writing = undefined;
    }
    return { outcome: 'created', record };
  }

  async read(id: string): Promise<OperationRecord | Tombstone | undefined> {
    return this.#find(id);
  }

  async readMany(ids: readonly string[]): Promise<readonly (OperationRecord | Tombstone | undefined)[]> {
    return ids.map((id) => this.#find(id));
  }

  async listByOwner(owner: string, query: ListQuery): Promise<Listed> {
    this.#sweep();
    const { found, next } = this.#owners.list(owner, query);
    return { records: found.map(({ record }) => record), ...(next === undefined ? {} : { next }) };
  }

  async input(id: string): Promise<string | undefined> {
    return this.#live(id)?.input;
  }

  async transition(id: string, { attempt, from, to, patch }: Transition): Promise<OperationRecord | undefined> {
    const { record, isChanged } = await this.#change(id, (before) =>
      attempt < before.attempt || !from.includes(before.state) ? undefined : { ...patch, state: to, attempt },
    );
    return isChanged ? record : undefined;
  }

  async report(id: string, attempt: number, progress?: OperationProgress): Promise<Reported | undefined> {
    const kept = this.#live(id);
    if (kept === undefined || !runs(kept.record, attempt)) return undefined;
    const heartbeatAt = Date.now();
    kept.record =
      progress === undefined ? { ...kept.record, heartbeatAt } : patched(kept.record, { progress, heartbeatAt });
    return { seq: kept.record.seq, isCancelRequested: kept.record.cancelRequestedAt !== undefined };
  }

  async requestCancel(id: string): Promise<OperationRecord | undefined> {
    const { record } = await this.#change(id, ({ state, cancellable, retentionMs }) => {
      const now = Date.now();
      if (!cancellable) return undefined;
      if (state === 'queued')
        return { state: 'cancelled', cancelRequestedAt: now, endedAt: now, expiresAt: now + retentionMs };
      return state === 'running' ? { state: 'cancelling', cancelRequestedAt: now } : undefined;
    });
    return record;
  }

  async saveCheckpoint(id: string, attempt: number, data: string): Promise<boolean> {
    const kept = this.#live(id);
    if (kept === undefined || !runs(kept.record, attempt)) return false;
    kept.checkpoint = data;
    await this.#log?.checkpointed(id, data);
    return true;
  }

  async lastCheckpoint(id: string): Promise<string | undefined> {
    return this.#live(id)?.checkpoint;
  }

  async appendLog(id: string, attempt: number, lines: readonly string[]): Promise<void> {
    const kept = this.#live(id);
    if (kept === undefined || attempt < kept.record.attempt) return;
    kept.log = [...kept.log, ...lines].slice(-LOG_LINES);
  }

  async readLog(id: string): Promise<readonly string[]> {
    return this.#live(id)?.log ?? [];
  }

  async forget(id: string): Promise<boolean> {
    let kept = this.#live(id);
    for (; kept?.writing !== undefined; kept = this.#live(id)) await kept.writing;
    if (kept === undefined || !isTerminal(kept.record)) return false;
    const grave = graveOf(kept);
    const forgotten = kept;
    await this.#onceWritten(forgotten, this.#log?.forgotten(grave), () => this.#bury(forgotten, grave));
    return true;
  }

  async due(): Promise<readonly string[]> {
    await this.#log?.check();
    this.#sweep();
    const due: string[] = [];
    for (const [id, { record, writing }] of this.#kept)
      if (!isTerminal(record) && writing === undefined && !this.isHeld(id)) due.push(id);
    return due;
  }

  #find(id: string): OperationRecord | Tombstone | undefined {
    const kept = this.#live(id);
    if (kept !== undefined) return kept.record;
    return this.#wheel.hasExpired(id) ? undefined : this.#graves.get(id)?.tombstone;
  }

  #ofKey(key: string | undefined): KeptOperation | undefined {
    return key === undefined ? undefined : this.#live(this.#ids.get(key) ?? '');
  }

  /** An operation that has not expired, to the moment. */
  #live(id: string): KeptOperation | undefined {
    const kept = this.#kept.get(id);
    if (kept === undefined || !this.#wheel.hasExpired(id)) return kept;
    this.#sweep();
    return undefined;
  }

  #nextOrdinal(): number {
    this.#ordinals += 1;
    return this.#ordinals;
  }

  #add(kept: KeptOperation): void {
    this.#kept.set(kept.record.id, kept);
    this.#owners.add(kept);
    const key = keyOf(kept.record);
    if (key !== undefined) this.#ids.set(key, kept.record.id);
  }

  /** Changes a record as decided by what it is; nothing of it has happened when it cannot be written down. */
  async #change(id: string, decide: (before: OperationRecord) => Patch | undefined): Promise<Change> {
    let kept = this.#live(id);
    // One after another: whether the one before has happened is known once it is written.
    for (; kept?.writing !== undefined; kept = this.#live(id)) await kept.writing;
    if (kept === undefined) return { record: undefined, isChanged: false };
    const patch = decide(kept.record);
    if (patch === undefined) return { record: kept.record, isChanged: false };
    const before = kept.record;
    const record = patched(before, patch);
    const changed = kept;
    // What was reported meanwhile stays.
    return this.#onceWritten(changed, this.#log?.moved(record), () =>
      this.#apply(changed, changed.record === before ? record : patched(changed.record, patch)),
    );
  }

  /** Does something to an operation once it is written down, and at once where nothing is; other changes of it wait for that. */
  async #onceWritten<Value>(kept: KeptOperation, written: Promise<void> | undefined, act: () => Value): Promise<Value> {
    if (written === undefined) return act();
    kept.writing = written.catch(() => {});
    try {
      await written;
      return act();
    } finally {
      kept.writing = undefined;
    }
  }

  #apply(kept: KeptOperation, record: OperationRecord): Change {
    kept.record = record;
    if (isTerminal(record)) this.#end(kept, record);
    return { record, isChanged: true };
  }

  #end(kept: KeptOperation, { id, expiresAt = 0, endedAt = 0 }: OperationRecord): void {
    kept.input = undefined;
    kept.checkpoint = undefined;
    this.#owners.ended(kept);
    // How long it is kept is counted from now, whatever the clock on the wall does meanwhile.
    this.#wheel.add(id, expiresAt - endedAt);
  }

  #bury(kept: KeptOperation, grave: Grave): void {
    const { id } = grave.tombstone;
    this.#remove(kept);
    this.#graves.set(id, grave);
    this.#wheel.add(id, grave.retentionMs);
  }

  #remove(kept: KeptOperation): void {
    const { id } = kept.record;
    this.#kept.delete(id);
    if (!isTerminal(kept.record)) this.#owners.ended(kept);
    this.#owners.remove(kept);
    const key = keyOf(kept.record);
    if (key !== undefined && this.#ids.get(key) === id) this.#ids.delete(key);
  }

  #sweep(): void {
    for (const id of this.#wheel.takeExpired()) {
      const kept = this.#kept.get(id);
      if (kept === undefined) {
        this.#graves.delete(id);
        continue;
      }
      const grave = graveOf(kept);
      this.#bury(kept, grave);
      // That it was forgotten in time is seen again from its record, should it not be written.
      this.#log?.forgotten(grave).catch(() => {});
    }
  }
}

/** Whether there was perhaps progress that nobody has written down. */
function mayHaveReported(record: OperationRecord): boolean {
  return record.attempt > 0 && !isTerminal(record);
}

function graveOf({ record: { id, owner, retentionMs } }: KeptOperation): Grave {
  return { tombstone: { id, owner, forgottenAt: Date.now() }, retentionMs };
}

function runs({ state, attempt }: OperationRecord, asked: number): boolean {
  return attempt === asked && (state === 'running' || state === 'cancelling');
}

function keyOf({ owner, idemKey }: OperationRecord): string | undefined {
  return idemKey === undefined ? undefined : `${owner} ${idemKey}`;
}
