import {
  type Created,
  type CreateOptions,
  type Listed,
  type ListQuery,
  type OperationProgress,
  type OperationRecord,
  type OperationStore,
  type Reported,
  type Tombstone,
  type Transition,
  terminalStates,
} from '@verbena/operations/driver';
import type { Keys } from './keys.js';
import type { RedisLink } from './link.js';
import { toHash, toRecord } from './record-hash.js';
import type { Script } from './script.js';
import { createScript } from './scripts/create.js';
import { dueScript, tidyScript } from './scripts/due.js';
import { checkpointScript, forgetScript, logScript } from './scripts/keep.js';
import { listScript } from './scripts/list.js';
import { readScript } from './scripts/read.js';
import { reportScript } from './scripts/report.js';
import { requestCancelScript } from './scripts/request-cancel.js';
import { transitionScript } from './scripts/transition.js';

/** How long an operation is left alone before it counts as one that no job stands for: its job may be on its way. */
const ORPHAN_AFTER_MS = 4_000;

/** How much of what has expired is forgotten at once: Redis does nothing else meanwhile. */
const TIDY_PAGE = 500;

/** How long one sweep goes on forgetting, in milliseconds. */
const TIDY_MS = 500;

type Fields = readonly string[];

/** What is found of an id: a record, which has no fields where there is none, and what a forgotten one leaves. */
type Read = readonly [record: Fields, tombstone: readonly [owner: string | null, forgottenAt: string | null]];

/** Keeps each operation in a Redis hash of its own, changed by scripts alone. */
export class RedisStore implements OperationStore {
  readonly #link: RedisLink;
  readonly #keys: Keys;
  /** Told of each progress that was stored: bull-board shows it too. */
  onReported: (id: string, progress: OperationProgress) => void = () => {};

  constructor(link: RedisLink, keys: Keys) {
    this.#link = link;
    this.#keys = keys;
  }

  async create(record: OperationRecord, { input, perOwnerLimit = 0 }: CreateOptions): Promise<Created> {
    const { id, owner, kind, idemKey = '', fingerprint = '' } = record;
    const { set } = toHash(record);
    const found = [owner, kind, idemKey, fingerprint, perOwnerLimit, input, 'job', this.#keys.job(kind, id)];
    const answer = await this.#run('start an operation', createScript, id, [...found, ...set]);
    const [outcome, fields] = answer as [Created['outcome'], Fields];
    return outcome === 'created' || outcome === 'replayed' ? { outcome, record: toRecord(fields) } : { outcome };
  }

  async read(id: string): Promise<OperationRecord | Tombstone | undefined> {
    return (await this.readMany([id]))[0];
  }

  async readMany(ids: readonly string[]): Promise<readonly (OperationRecord | Tombstone | undefined)[]> {
    if (ids.length === 0) return [];
    // By a script: a pipeline of ioredis weighs ten kilobytes, and one for each report that is watched made the collector of garbage stop
    // all streams every ten seconds (`npm run bench:operations`, redis-deliveries).
    const answer = await this.#run('read operations', readScript, '', ids);
    return (answer as Read[]).map(([fields, [owner, forgottenAt]], index) => {
      if (fields.length > 0) return toRecord(fields);
      return owner === null ? undefined : { id: ids[index]!, owner, forgottenAt: Number(forgottenAt) };
    });
  }

  async listByOwner(owner: string, { state, kind, cursor = '', limit }: ListQuery): Promise<Listed> {
    const last = /^\d{1,15}$/.test(cursor) ? cursor : '';
    const answer = await this.#run('list operations', listScript, '', [owner, state ?? '', kind ?? '', last, limit]);
    const [next, ...records] = answer as [string, ...Fields[]];
    return { records: records.map(toRecord), ...(next !== '' && { next }) };
  }

  async input(id: string): Promise<string | undefined> {
    return (await this.#link.reach('read an input', (redis) => redis.get(this.#keys.input(id)))) ?? undefined;
  }

  async transition(id: string, { attempt, from, to, patch }: Transition): Promise<OperationRecord | undefined> {
    const now = Date.now();
    const { endedAt = now, expiresAt = endedAt } = patch;
    const retentionMs = terminalStates.includes(to) ? Math.max(0, expiresAt - endedAt) : 0;
    const { set, remove } = toHash(patch);
    const values = [attempt, `,${from.join()},`, to, now, retentionMs, set.length, ...set, ...remove];
    const fields = await this.#run('change an operation', transitionScript, id, values);
    return fields === null ? undefined : toRecord(fields as Fields);
  }

  async report(id: string, attempt: number, progress?: OperationProgress): Promise<Reported | undefined> {
    const text = progress === undefined ? '' : JSON.stringify(progress);
    const answer = await this.#run('report progress', reportScript, id, [attempt, Date.now(), text]);
    if (answer === null) return undefined;
    if (progress !== undefined) this.onReported(id, progress);
    const [seq, isCancelRequested] = answer as [number, number];
    return { seq, isCancelRequested: isCancelRequested === 1 };
  }

  async requestCancel(id: string): Promise<OperationRecord | undefined> {
    const fields = await this.#run('cancel an operation', requestCancelScript, id, [Date.now()]);
    return fields === null ? undefined : toRecord(fields as Fields);
  }

  async saveCheckpoint(id: string, attempt: number, data: string): Promise<boolean> {
    return (await this.#run('keep a checkpoint', checkpointScript, id, [attempt, data])) === 1;
  }

  async lastCheckpoint(id: string): Promise<string | undefined> {
    return (await this.#link.reach('read a checkpoint', (redis) => redis.get(this.#keys.checkpoint(id)))) ?? undefined;
  }

  async appendLog(id: string, attempt: number, lines: readonly string[]): Promise<void> {
    if (lines.length > 0) await this.#run('keep a log', logScript, id, [attempt, ...lines.slice(-100)]);
  }

  async readLog(id: string): Promise<readonly string[]> {
    return this.#link.reach('read a log', (redis) => redis.lrange(this.#keys.log(id), 0, -1));
  }

  async forget(id: string): Promise<boolean> {
    return (await this.#run('forget an operation', forgetScript, id, [Date.now()])) === 1;
  }

  async due(): Promise<readonly string[]> {
    await this.#tidy();
    return (await this.#run('look for orphans', dueScript, '', [ORPHAN_AFTER_MS])) as string[];
  }

  /** Forgets what has expired; what there is no time for is left to the next sweep. */
  async #tidy(): Promise<void> {
    const end = performance.now() + TIDY_MS;
    let found: unknown;
    do found = await this.#run('forget what has expired', tidyScript, '', [TIDY_PAGE]);
    while (found === TIDY_PAGE && performance.now() < end);
  }

  #run(attempted: string, script: Script, id: string, values: readonly (string | number)[]): Promise<unknown> {
    return this.#link.reach(attempted, (redis) => script.run(redis, this.#keys.tag, id, values));
  }
}
