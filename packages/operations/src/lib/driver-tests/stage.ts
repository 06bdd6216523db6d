import { ownContainer } from '@verbena/core/injection';
import { createOperations, type OperationsOptions } from '../create-operations.js';
import { newOperationId } from '../operation-id.js';
import type { Operations } from '../operations.js';
import type { CreateOptions, OperationDriver, OperationStore, RunAttempt } from '../ports.js';
import type { OperationRecord } from '../record.js';
import { pause } from '../timer.js';
import type { DriverHost, DriverWorld } from './host.js';

/** How long the suite waits to see that something does not happen. */
const QUIET_MS = 150;

/** Where one behaviour is tried: a world of its own, and what it takes to fill it. */
export class Stage {
  readonly #world: DriverWorld;
  readonly #patienceMs: number;
  readonly #drivers: OperationDriver[] = [];
  readonly #services: Operations[] = [];

  constructor(world: DriverWorld, { patienceMs = 5_000 }: DriverHost) {
    this.#world = world;
    this.#patienceMs = patienceMs;
  }

  /** The driver of one more process, started. */
  async driver(): Promise<OperationDriver> {
    const driver = this.#world.driver();
    this.#drivers.push(driver);
    await driver.start();
    return driver;
  }

  /** Operations of one more process. */
  async operations(
    options: Omit<OperationsOptions, 'driver'>,
    driver: OperationDriver = this.#world.driver(),
  ): Promise<Operations> {
    const operations = createOperations({
      container: ownContainer(),
      ownerSecret: 'secret',
      onError: () => {},
      onWarning: () => {},
      ...options,
      driver,
    });
    this.#services.push(operations);
    await operations.ready();
    return operations;
  }

  /** A driver that nothing was done with yet, for `operations`. */
  unstarted(): OperationDriver {
    return this.#world.driver();
  }

  /** Resolves when the condition holds; rejects when it does not in time. */
  async until(what: string, holds: () => unknown): Promise<void> {
    const deadline = performance.now() + this.#patienceMs;
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error(`Waited ${this.#patienceMs} ms in vain for ${what}`);
      await pause(5);
    }
  }

  /** Long enough for what must not happen to happen. */
  async quiet(): Promise<void> {
    await pause(QUIET_MS);
  }

  async clear(): Promise<void> {
    for (const operations of this.#services) await operations.close({ graceMs: 0 });
    for (const driver of this.#drivers) {
      await driver.queue.drain(0);
      await driver.close();
    }
    await this.#world.close();
  }
}

/** A record as `start` makes it. */
export function newRecord(given: Partial<OperationRecord> = {}): OperationRecord {
  const now = Date.now();
  return {
    id: newOperationId(),
    kind: 'count',
    owner: 'ann',
    state: 'queued',
    seq: 1,
    attempt: 0,
    cancellable: true,
    retentionMs: 60_000,
    progress: null,
    createdAt: now,
    updatedAt: now,
    ...given,
  };
}

/** Stores a new operation that waits. */
export async function addQueued(
  store: OperationStore,
  given: Partial<OperationRecord> = {},
  options: Partial<CreateOptions> = {},
): Promise<OperationRecord> {
  const created = await store.create(newRecord(given), { input: '{}', ...options });
  if (!('record' in created)) throw new Error(`A new operation was refused: ${created.outcome}`);
  return created.record;
}

/** Stores a new operation whose first attempt runs. */
export async function addRunning(
  store: OperationStore,
  given: Partial<OperationRecord> = {},
): Promise<OperationRecord> {
  const { id } = await addQueued(store, given);
  return await take(store, id, 1);
}

/** Takes an operation for an attempt. */
export async function take(store: OperationStore, id: string, attempt: number): Promise<OperationRecord> {
  const now = Date.now();
  const patch = { startedAt: now, heartbeatAt: now };
  const taken = await store.transition(id, { attempt, from: ['queued', 'running'], to: 'running', patch });
  if (taken === undefined) throw new Error(`Attempt ${attempt} could not take what waits`);
  return taken;
}

/** Ends an operation, for as long as it is kept. */
export async function end(
  store: OperationStore,
  { id, attempt, retentionMs }: OperationRecord,
  to: 'succeeded' | 'failed' | 'cancelled' = 'succeeded',
): Promise<OperationRecord | undefined> {
  const endedAt = Date.now();
  const patch = { endedAt, expiresAt: endedAt + retentionMs };
  return await store.transition(id, { attempt, from: ['running', 'cancelling'], to, patch });
}

/** The record of an id that is known. */
export async function recordOf(store: OperationStore, id: string): Promise<OperationRecord> {
  const found = await store.read(id);
  if (found === undefined || !('state' in found)) throw new Error(`${id} is not known any more`);
  return found;
}

/** Attempts that were begun, and what lets them end. */
export class Workbench {
  readonly begun: { readonly id: string; readonly number: number; readonly signal: AbortSignal }[] = [];
  readonly #endings: { readonly id: string; readonly end: (outcome: { retryInMs?: number }) => void }[] = [];
  atOnce = 0;
  mostAtOnce = 0;

  /** Begins and waits for `end`. */
  readonly hold: RunAttempt = (attempt) => {
    this.#note(attempt);
    return new Promise((resolve) => {
      this.#endings.push({
        id: attempt.id,
        end: (outcome) => {
          this.atOnce -= 1;
          resolve(outcome);
        },
      });
    });
  };

  /** Begins and is over. */
  readonly pass: RunAttempt = async (attempt) => {
    this.#note(attempt);
    this.atOnce -= 1;
    return {};
  };

  get ids(): readonly string[] {
    return this.begun.map(({ id }) => id);
  }

  /** Has all that run come to their end. */
  end(outcome: { retryInMs?: number } = {}): void {
    for (const { end } of this.#endings.splice(0)) end(outcome);
  }

  #note(attempt: Parameters<RunAttempt>[0]): void {
    this.begun.push(attempt);
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
  }
}
