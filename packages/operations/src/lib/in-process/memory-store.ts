import type { Created, CreateOptions, Listed, ListQuery, OperationStore, Reported, Transition } from '../ports.js';
import type { OperationProgress, OperationRecord, Tombstone } from '../record.js';
import { isTerminal } from '../view.js';
import { ExpiryWheel } from './expiry-wheel.js';
import { type KeptOperation, patched } from './kept-operation.js';
import { OwnerIndex } from './owner-index.js';

const LOG_LINES = 100;

/** What is told of every change, before it counts as made. */
export interface ChangeLog {
  /** An operation as it is now. It is safe when the promise is fulfilled; nothing is waited for where there is none. */
  changed(kept: KeptOperation, isTransition: boolean): Promise<void> | undefined;
  forgotten(tombstone: Tombstone): Promise<void> | undefined;
  expired(id: string): void;
}

/** Keeps operations in the memory of this process. Every change is made at once, and so atomic. */
export class MemoryStore implements OperationStore {
  /** Asked which operations wait or run in this process; the others are due. */
  isHeld: (id: string) => boolean = () => false;
  readonly #kept = new Map<string, KeptOperation>();
  readonly #tombstones = new Map<string, Tombstone & { readonly retentionMs: number }>();
  readonly #ids = new Map<string, string>();
  readonly #owners = new OwnerIndex();
  readonly #wheel = new ExpiryWheel();
  readonly #log: ChangeLog | undefined;
  #ordinals = 0;

  constructor(log?: ChangeLog) {
    this.#log = log;
  }

  /** Takes what an earlier process has kept. */
  restore(
    kept: Iterable<Omit<KeptOperation, 'ordinal'>>,
    tombstones: Iterable<Tombstone & { readonly retentionMs: number }>,
  ): void {
    for (const one of kept) {
      const { record } = one;
      this.#add({ ...one, ordinal: this.#nextOrdinal() });
      if (isTerminal(record)) this.#wheel.add(record.id, Math.max(0, (record.expiresAt ?? 0) - Date.now()));
    }
    for (const tombstone of tombstones) {
      this.#tombstones.set(tombstone.id, tombstone);
      this.#wheel.add(tombstone.id, Math.max(0, tombstone.forgottenAt + tombstone.retentionMs - Date.now()));
    }
  }

  /** The number of the attempt that comes next. */
  nextAttempt(id: string): number {
    return (this.#kept.get(id)?.record.attempt ?? 0) + 1;
  }

  /** Everything that is kept, in order of creation. */
  operations(): Iterable<KeptOperation> {
    return this.#kept.values();
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
    await this.#log?.changed(kept, true);
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
    await this.#log?.changed(kept, false);
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
    const tombstone = this.#tombstones.get(id);
    if (tombstone === undefined || this.#wheel.hasExpired(id)) return undefined;
    return { id, owner: tombstone.owner, forgottenAt: tombstone.forgottenAt };
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
    await this.#log?.changed(kept, true);
  }

  #bury(kept: KeptOperation): Promise<void> | undefined {
    const { id, owner, retentionMs } = kept.record;
    this.#kept.delete(id);
    this.#owners.remove(kept);
    const key = keyOf(kept.record);
    if (key !== undefined && this.#ids.get(key) === id) this.#ids.delete(key);
    const tombstone = { id, owner, forgottenAt: Date.now(), retentionMs };
    this.#tombstones.set(id, tombstone);
    this.#wheel.add(id, retentionMs);
    return this.#log?.forgotten(tombstone);
  }

  #sweep(): void {
    for (const id of this.#wheel.takeExpired()) {
      const kept = this.#kept.get(id);
      if (kept === undefined) {
        this.#tombstones.delete(id);
        this.#log?.expired(id);
      } else {
        void this.#bury(kept);
      }
    }
  }
}

function runs({ state, attempt }: OperationRecord, asked: number): boolean {
  return attempt === asked && (state === 'running' || state === 'cancelling');
}

function keyOf({ owner, idemKey }: OperationRecord): string | undefined {
  return idemKey === undefined ? undefined : `${owner} ${idemKey}`;
}
