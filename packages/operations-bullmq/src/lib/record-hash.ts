import type { OperationRecord } from '@verbena/operations/driver';

/** How each member of a record is kept in a Redis hash. */
type Sort = 'text' | 'number' | 'flag' | 'json';

const sorts: { readonly [Name in keyof Required<OperationRecord>]: Sort } = {
  id: 'text',
  kind: 'text',
  label: 'text',
  owner: 'text',
  state: 'text',
  seq: 'number',
  attempt: 'number',
  cancellable: 'flag',
  retentionMs: 'number',
  progress: 'json',
  message: 'text',
  cancelRequestedAt: 'number',
  createdAt: 'number',
  startedAt: 'number',
  updatedAt: 'number',
  endedAt: 'number',
  expiresAt: 'number',
  heartbeatAt: 'number',
  error: 'json',
  result: 'text',
  resultRef: 'text',
  idemKey: 'text',
  fingerprint: 'text',
};

const reads: { readonly [Name in Sort]: (text: string) => unknown } = {
  text: (text) => text,
  number: Number,
  flag: (text) => text === '1',
  json: (text) => JSON.parse(text) as unknown,
};

/** What changes of a hash: fields with their texts, and fields to remove. */
export interface HashChange {
  readonly set: readonly string[];
  readonly remove: readonly string[];
}

/** Turns members of a record into fields of a hash. A member that is undefined or null is no field. */
export function toHash(
  members: { readonly [Name in keyof OperationRecord]?: OperationRecord[Name] | undefined },
): HashChange {
  const set: string[] = [];
  const remove: string[] = [];
  for (const [name, value] of Object.entries(members)) {
    const sort = (sorts as Record<string, Sort | undefined>)[name];
    if (sort === undefined) continue;
    if (value === undefined || value === null) remove.push(name);
    else set.push(name, toText(sort, value));
  }
  return { set, remove };
}

/** Turns a hash, as Redis gives it (name, value, name, value, …), into a record. Fields that this version does not know are left out. */
export function toRecord(fields: readonly string[]): OperationRecord {
  const record: Record<string, unknown> = { progress: null };
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at]!;
    if (Object.hasOwn(sorts, name)) record[name] = reads[sorts[name as keyof typeof sorts]](fields[at + 1]!);
  }
  // Only the store writes the hash, from whole records.
  return record as unknown as OperationRecord;
}

function toText(sort: Sort, value: unknown): string {
  if (sort === 'json') return JSON.stringify(value);
  return sort === 'flag' ? (value === true ? '1' : '0') : String(value);
}
