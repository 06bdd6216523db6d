import type { Created, CreateOptions, Listed, ListQuery, OperationStore, Reported, Transition } from '../ports.js';
import type { OperationProgress, OperationRecord, Tombstone } from '../record.js';
import { isTerminal } from '../view.js';
import { ExpiryWheel } from './expiry-wheel.js';
import { type Grave, type KeptOperation, patched } from './kept-operation.js';
import { OwnerIndex } from './owner-index.js';

const LOG_LINES = 100;

/** What is told of every change. A change is safe once the promise is fulfilled; where there is none, nothing is waited for. */
export interface ChangeLog {
  created(kept: KeptOperation): Promise<void>;
  moved(record: OperationRecord): Promise<void>;
  checkpointed(id: string, data: string): Promise<void>;
  forgotten(grave: Grave): Promise<void>;
}

/** Keeps operations in the memory of this process. Every change is made at once, and so atomic. */
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
      const { record } = one;
      this.#add({ ...one, ordinal: this.#nextOrdinal() });
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
    const other = key === undefined ? undefined : this.#live(this.#ids.get(key) ?? '');
    if (other !== undefined) {
      if (other.record.fingerprint !== record.fingerprint) return { outcome: 'key-reused' };
      return { outcome: 'replayed', record: other.record };
    }
    if (perOwnerLimit !== undefined && this.#owners.underWay(record.owner, record.kind) >= perOwnerLimit)
      return { outcome: 'limit-reached' };
    const kept = { record, ordinal: this.#nextOrdinal(), input, checkpoint: undefined, log: [] };
    this.#add(kept);
    try {
      await this.#log?.created(kept);
    } catch (error) {
      this.#remove(kept);
      throw error;
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
    const kept = this.#live(id);
    if (kept === undefined || attempt < kept.record.attempt || !from.includes(kept.record.state)) return undefined;
    await this.#change(kept, { ...patch, state: to, attempt });
    return kept.record;
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
    const kept = this.#live(id);
    if (kept === undefined) return undefined;
    const { state, cancellable, retentionMs } = kept.record;
    const now = Date.now();
    if (!cancellable) return kept.record;
    if (state === 'queued')
      await this.#change(kept, {
        state: 'cancelled',
        cancelRequestedAt: now,
        endedAt: now,
        expiresAt: now + retentionMs,
      });
    if (state === 'running') await this.#change(kept, { state: 'cancelling', cancelRequestedAt: now });
    return kept.record;
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
    const kept = this.#live(id);
    if (kept === undefined || !isTerminal(kept.record)) return false;
    await this.#bury(kept);
    return true;
  }

  async due(): Promise<readonly string[]> {
    this.#sweep();
    const due: string[] = [];
    for (const [id, { record }] of this.#kept) if (!isTerminal(record) && !this.isHeld(id)) due.push(id);
    return due;
  }

  #find(id: string): OperationRecord | Tombstone | undefined {
    const kept = this.#live(id);
    if (kept !== undefined) return kept.record;
    return this.#wheel.hasExpired(id) ? undefined : this.#graves.get(id)?.tombstone;
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

  async #change(kept: KeptOperation, patch: Parameters<typeof patched>[1]): Promise<void> {
    kept.record = patched(kept.record, patch);
    const { record } = kept;
    if (isTerminal(record)) {
      kept.input = undefined;
      kept.checkpoint = undefined;
      this.#owners.ended(kept);
      // How long it is kept is counted from now, whatever the clock on the wall does meanwhile.
      this.#wheel.add(record.id, (record.expiresAt ?? 0) - (record.endedAt ?? 0));
    }
    await this.#log?.moved(record);
  }

  #bury(kept: KeptOperation): Promise<void> | undefined {
    const { id, owner, retentionMs } = kept.record;
    this.#remove(kept);
    const grave = { tombstone: { id, owner, forgottenAt: Date.now() }, retentionMs };
    this.#graves.set(id, grave);
    this.#wheel.add(id, retentionMs);
    return this.#log?.forgotten(grave);
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
      if (kept === undefined) this.#graves.delete(id);
      // That it was forgotten in time is seen again from its record, should it not be written.
      else this.#bury(kept)?.catch(() => {});
    }
  }
}

function runs({ state, attempt }: OperationRecord, asked: number): boolean {
  return attempt === asked && (state === 'running' || state === 'cancelling');
}

function keyOf({ owner, idemKey }: OperationRecord): string | undefined {
  return idemKey === undefined ? undefined : `${owner} ${idemKey}`;
}
