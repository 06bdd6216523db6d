import type { OperationRecord } from '@verbena/operations/driver';
import { randomBytes } from 'node:crypto';
import { type BullmqDriver, type BullmqOptions, bullmq } from './driver.js';

/** A record that nobody has taken yet. */
export function newRecord(change: Partial<OperationRecord> = {}): OperationRecord {
  const now = Date.now();
  return {
    id: `op_${randomBytes(16).toString('base64url')}`,
    kind: 'count',
    owner: 'owner-1',
    state: 'queued',
    seq: 1,
    attempt: 0,
    cancellable: true,
    retentionMs: 60_000,
    progress: null,
    createdAt: now,
    updatedAt: now,
    ...change,
  };
}

/** Drivers of one suite, each as a process of its own would have it; closed together. */
export class Drivers {
  readonly warnings: string[] = [];
  readonly #drivers: BullmqDriver[] = [];

  async open(
    { connection }: Pick<BullmqOptions, 'connection'>,
    options: Partial<BullmqOptions> = {},
  ): Promise<BullmqDriver> {
    const driver = bullmq({ connection, onWarning: (warning) => this.warnings.push(warning), ...options });
    await driver.start();
    this.#drivers.push(driver);
    return driver;
  }

  async close(): Promise<void> {
    await Promise.all(this.#drivers.splice(0).map((driver) => driver.queue.drain(0).then(() => driver.close())));
    this.warnings.length = 0;
  }
}

/** Stores a record and puts it into the queue, as a start does. */
export async function begin(driver: BullmqDriver, change: Partial<OperationRecord> = {}): Promise<OperationRecord> {
  const record = newRecord(change);
  await driver.store.create(record, { input: '{}' });
  await driver.queue.enqueue(record.id, { kind: record.kind });
  return record;
}

/** Resolves when it holds; looks every 10 ms. */
export async function eventually(holds: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Not within ${limitMs} ms: ${String(holds)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
