import { createHash } from 'node:crypto';
import { nameOf } from '@verbena/core/injection';
import type {
  AskOptions,
  FoundOperation,
  ListOptions,
  OpenedResult,
  OperationList,
  StartedOperation,
  StartOptions,
  Watching,
} from './asking.js';
import { OperationsError } from './errors.js';
import type { CataloguedOperation } from './catalogue.js';
import { operationOf } from './declaration.js';
import type { OperationClass, OperationFunction } from './handler.js';
import { encodeInput } from './input.js';
import { newOperationId, isOperationId } from './operation-id.js';
import { hashOwner } from './owner.js';
import { lineOf } from './progress/line.js';
import type { OperationsParts } from './parts.js';
import type { OperationRecord, Tombstone } from './record.js';
import { Upkeep } from './upkeep.js';
import { isTerminal, type OperationView, viewOf } from './view.js';
import { type WatchListener, WatchHub } from './watch-hub.js';
import { watchLatest } from './watch-latest.js';

/**
 * Starts operations, and knows how they stand. Handlers get it by injection; `createOperations` makes it. Members reject with
 * OperationsError `engine-away` while what the driver stands on cannot be reached.
 */
export class Operations {
  readonly #parts: OperationsParts;
  readonly #hub: WatchHub;
  readonly #upkeep: Upkeep;
  #hasBegun = false;
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(parts: OperationsParts) {
    this.#parts = parts;
    this.#hub = new WatchHub(parts.driver, parts.report);
    this.#upkeep = new Upkeep(parts, this.#hub);
  }

  /** Starts the driver and runs what is queued. @internal */
  begin(): void {
    this.#hasBegun = true;
    this.#upkeep.begin();
  }

  /** Whether it has begun and nobody has closed it. @internal */
  get isOpen(): boolean {
    return this.#hasBegun && this.#closing === undefined;
  }

  /** Resolves when the driver works. It need not be waited for. Rejects with what keeps it from ever working. */
  ready(): Promise<void> {
    return this.#upkeep.ready;
  }

  /**
   * Starts an operation, at most one for a key. Its input is copied; nothing of a request reaches the handler but what is in it.
   *
   * @throws InvalidInputError when the schema refuses the input; OperationsError `input-not-serialisable`, `key-reused`, `limit-reached`,
   * `unknown-kind`, `engine-away` or `closed`. Nothing is stored then
   */
  async start<Input>(
    kind: string | OperationClass<Input> | OperationFunction<Input>,
    input: NoInfer<Input>,
    options: StartOptions,
  ): Promise<StartedOperation> {
    const operation = this.#operationOf(kind);
    const text = await encodeInput(operation, input);
    const record = this.#newRecord(operation, text, options);
    await this.#upkeep.usable();
    const { store, queue } = this.#parts.driver;
    const { perOwnerLimit } = operation;
    const created = await store.create(record, {
      input: text,
      ...(perOwnerLimit === undefined ? {} : { perOwnerLimit }),
    });
    if (created.outcome === 'key-reused')
      throw new OperationsError(
        'key-reused',
        `Starting "${operation.kind}" failed: its key was used before with another input; use a new key for each thing that is to be done once`,
      );
    if (created.outcome === 'limit-reached')
      throw new OperationsError(
        'limit-reached',
        `Starting "${operation.kind}" failed: the owner has ${perOwnerLimit} under way, which is the most; wait for one to end`,
      );
    // The sweep finds it, should this fail: it was started nevertheless.
    if (created.outcome === 'created')
      await queue.enqueue(record.id, { kind: record.kind }).catch((error: unknown) => this.#parts.report(error));
    return { ...viewOf(created.record), isReplayed: created.outcome === 'replayed' };
  }

  /** How an operation stands; undefined when it is not known, was forgotten, or belongs to another owner. */
  async get(id: string, options: AskOptions = {}): Promise<OperationView | undefined> {
    const record = await this.#recordOf(id, options);
    return record && viewOf(record);
  }

  /** As `get`, for those who have to tell these cases apart. Without owner, all are own. */
  async find(id: string, options: AskOptions = {}): Promise<FoundOperation | undefined> {
    const { found, isOwn } = await this.#find(id, options);
    return found && { operation: 'state' in found ? viewOf(found) : undefined, isOwn };
  }

  /** The operations of one owner, newest first. */
  async list({ owner, limit = 50, ...query }: ListOptions): Promise<OperationList> {
    const hash = this.#hash(owner);
    await this.#upkeep.usable();
    const bounded = Math.max(1, Math.min(50, Math.trunc(limit) || 50));
    const { records, next } = await this.#parts.driver.store.listByOwner(hash, { ...query, limit: bounded });
    return { operations: records.map(viewOf), ...(next === undefined ? {} : { next }) };
  }

  /**
   * Asks an operation to stop. What waits is cancelled at once; what runs is told, and given up after its grace. What has come to its end, or
   * cannot be cancelled, stays as it is: look at `state` and `cancellable`.
   */
  async cancel(id: string, options: AskOptions = {}): Promise<OperationView | undefined> {
    const before = await this.get(id, options);
    if (before === undefined || isTerminal(before)) return before;
    const { store, queue, signal } = this.#parts.driver;
    const record = await store.requestCancel(id);
    if (record === undefined) return undefined;
    if (record.seq > before.seq) signal.nudge(id, record.seq);
    if (record.state === 'cancelled') await queue.remove(id);
    if (record.state === 'cancelling') signal.cancel(id);
    return viewOf(record);
  }

  /** Forgets an operation that has come to its end, with its result; false when it is not known or still under way. */
  async forget(id: string, options: AskOptions = {}): Promise<boolean> {
    const { driver, results } = this.#parts;
    const record = await this.#recordOf(id, options);
    // One that has not come to its end would not be forgotten; one that has stays as it was read.
    if (record === undefined || !isTerminal(record) || !(await driver.store.forget(id))) return false;
    driver.signal.nudge(id, record.seq + 1);
    if (record.resultRef !== undefined) await results?.delete(record.resultRef);
    return true;
  }

  /**
   * Watches an operation: how it stands now, then each newer truth, the terminal one last. Ends early when it is forgotten, when the
   * signal aborts, and when these operations are closed; at once when it is not known.
   */
  watch(id: string, options: AskOptions & { readonly signal?: AbortSignal } = {}): AsyncIterable<OperationView> {
    return watchLatest((listener) => this.subscribe(id, listener, options), options.signal);
  }

  /**
   * As `watch`, for those who watch much. The listener is called with what is newer than the operation this gives, perhaps before the
   * promise is seen to be fulfilled: of two views, that with the higher `seq` is the newer one.
   */
  async subscribe(id: string, listener: WatchListener, options: AskOptions = {}): Promise<Watching | undefined> {
    const hash = this.#askerOf(options);
    if (!isOperationId(id)) return undefined;
    await this.#upkeep.usable();
    const subscription = await this.#hub.subscribe(id, listener);
    if (subscription === undefined) return undefined;
    const { snapshot, close } = subscription;
    if (hash === undefined || hash === snapshot.record.owner) return { operation: snapshot.view, close };
    close();
    return undefined;
  }

  /** Tells when what the driver stands on goes away, and when it is back. @returns stops it */
  onLink(changed: (isUp: boolean) => void): () => void {
    return this.#parts.driver.signal.onLink(changed);
  }

  /** Opens the result of an operation that succeeded, as JSON where it lies in the record; undefined when there is none any more. */
  async openResult(id: string, options: AskOptions = {}): Promise<OpenedResult | undefined> {
    const record = await this.#recordOf(id, options);
    if (record?.state !== 'succeeded') return undefined;
    const operation = viewOf(record);
    if (record.resultRef !== undefined) {
      const saved = await this.#parts.results?.open(record.resultRef);
      return saved === undefined ? undefined : { ...saved, operation };
    }
    const bytes = Buffer.from(record.result ?? 'null');
    return { operation, type: 'application/json', bytes: bytes.length, content: oneOf(bytes) };
  }

  /** The last 100 lines that the handler logged. */
  async readLog(id: string, options: AskOptions = {}): Promise<readonly string[]> {
    const record = await this.#recordOf(id, options);
    return record === undefined ? [] : await this.#parts.driver.store.readLog(id);
  }

  /**
   * Takes no more operations, has those that run stop (`shutting-down`), waits for them, gives up those that take longer than `graceMs`, and
   * lets go of the driver. Calling it again gives the same promise.
   *
   * @param options `graceMs`: default 10,000
   */
  close({ graceMs = 10_000 }: { readonly graceMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  async #close(graceMs: number): Promise<void> {
    const { runner, driver, closeExecution } = this.#parts;
    await this.#upkeep.close();
    runner?.giveUpAfter(graceMs);
    await driver.queue.drain(graceMs + END_MS);
    runner?.close();
    this.#hub.close();
    await closeExecution();
    await driver.close();
  }

  /** What is stored of an operation, for who may know of it. */
  async #recordOf(id: string, options: AskOptions): Promise<OperationRecord | undefined> {
    const { found, isOwn } = await this.#find(id, options);
    return found !== undefined && isOwn && 'state' in found ? found : undefined;
  }

  async #find(
    id: string,
    options: AskOptions,
  ): Promise<{ readonly found: OperationRecord | Tombstone | undefined; readonly isOwn: boolean }> {
    const hash = this.#askerOf(options);
    if (!isOperationId(id)) return { found: undefined, isOwn: false };
    await this.#upkeep.usable();
    const found = await this.#parts.driver.store.read(id);
    return { found, isOwn: hash === undefined || hash === found?.owner };
  }

  #operationOf(kind: string | OperationClass | OperationFunction): CataloguedOperation {
    const name = typeof kind === 'string' ? kind : operationOf(kind)?.kind;
    const operation = name === undefined ? undefined : this.#parts.catalogue.get(name);
    if (operation === undefined) {
      const asked = typeof kind === 'string' ? `"${kind}"` : nameOf(kind);
      const listed = [...this.#parts.catalogue.keys()].join(', ');
      throw new OperationsError(
        'unknown-kind',
        `Starting ${asked} failed: createOperations lists ${listed === '' ? 'nothing' : `only ${listed}`}`,
      );
    }
    return operation;
  }

  #newRecord(
    operation: CataloguedOperation,
    input: string,
    { owner, label, key, fingerprint = fingerprintOf(operation.kind, input) }: StartOptions,
  ): OperationRecord {
    const now = Date.now();
    return {
      id: newOperationId(),
      kind: operation.kind,
      ...labelled(label),
      owner: this.#hash(owner),
      state: 'queued',
      seq: 1,
      attempt: 0,
      cancellable: operation.cancellable,
      retentionMs: operation.retentionMs,
      progress: null,
      createdAt: now,
      updatedAt: now,
      ...(key === undefined ? {} : { idemKey: key, fingerprint }),
    };
  }

  /** For whom something is asked for; undefined when that does not matter. Whoever names an owner that is none is nobody, and must not see all. */
  #askerOf(options: AskOptions): string | undefined {
    return 'owner' in options ? this.#hash(options.owner) : undefined;
  }

  #hash(owner: string): string {
    if (typeof owner !== 'string' || owner === '')
      throw new TypeError('An owner is a text that is not empty, such as the id of a user');
    // Halves of characters are all the same once they are bytes: those who are told apart by them alone would share what they own.
    if (/\p{Surrogate}/u.test(owner))
      throw new TypeError('An owner is a text of whole characters; this one has half of one');
    return hashOwner(owner, this.#parts.ownerSecret);
  }
}

/** How long the ends of what was given up may take to be written. */
const END_MS = 1_000;

/** Longest label, in characters. */
const LABEL_LIMIT = 200;

/** Labels are often made of what clients send, so what is too long for one is no reason to refuse the work. */
function labelled(label: unknown): Pick<OperationRecord, 'label'> {
  if (label === undefined) return {};
  if (typeof label !== 'string') throw new TypeError('A label is a text, such as the name of a file');
  const line = lineOf(label, LABEL_LIMIT).trim();
  return line === '' ? {} : { label: line };
}

function fingerprintOf(kind: string, input: string): string {
  return createHash('sha256').update(`${kind}\n${input}`).digest('base64url');
}

async function* oneOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, undefined> {
  yield bytes;
}
