import { OperationsError } from './errors.js';
import type { OperationsParts } from './parts.js';
import type { OperationStore } from './ports.js';
import { pause, settledWithin } from './timer.js';
import type { WatchHub } from './watch-hub.js';

/** How often everything is compared with the store. */
const SWEEP_MS = 5_000;

/** How long a caller waits for a driver that is still starting: less than a second, as with one that went away later. */
const PATIENCE_MS = 900;

const LONGEST_PAUSE_MS = 5_000;

/** Starts the driver, however long what it stands on is away, and sweeps: what was lost on the way is found again. */
export class Upkeep {
  /** Resolves when the driver works; rejects with what keeps it from ever working. */
  ready: Promise<void> = Promise.resolve();
  readonly #parts: OperationsParts;
  readonly #hub: WatchHub;
  readonly #closing = new AbortController();
  #state: 'starting' | 'away' | 'started' | 'failed' = 'starting';
  #failure: unknown;
  #timer: ReturnType<typeof setInterval> | undefined;
  #offLink: (() => void) | undefined;
  #sweeping: Promise<void> | undefined;
  /** Whether nobody waits any more for a start that is under way. */
  #isLeft = false;

  constructor(parts: OperationsParts, hub: WatchHub) {
    this.#parts = parts;
    this.#hub = hub;
  }

  begin(): void {
    this.ready = this.#start();
    // Whoever does not wait for it is told by onError, and by every member.
    this.ready.catch(() => {});
  }

  /** Resolves when the store can be asked. @throws OperationsError `closed`, `engine-away`, or what keeps the driver from ever working */
  async usable(): Promise<void> {
    if (this.#closing.signal.aborted) throw new OperationsError('closed', 'Operations were asked for after close()');
    if (this.#state === 'starting') await settledWithin(PATIENCE_MS, this.ready);
    if (this.#state === 'started') return;
    if (this.#state === 'failed') throw this.#failure;
    throw new OperationsError(
      'engine-away',
      'What the driver of operations stands on cannot be reached yet; try again',
      {
        cause: this.#failure,
      },
    );
  }

  /** Begins nothing more. What is being started is waited for as long as callers wait; after that it is let go of once it has started. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#timer);
    this.#offLink?.();
    await settledWithin(PATIENCE_MS, this.ready);
    this.#isLeft = true;
    await this.#sweeping;
  }

  async #start(): Promise<void> {
    const { driver, runner, catalogue, report, prepare } = this.#parts;
    const { signal } = this.#closing;
    for (let delayMs = 250; ; delayMs = Math.min(2 * delayMs, LONGEST_PAUSE_MS)) {
      try {
        await prepare();
        if (signal.aborted) return;
        await driver.start();
        break;
      } catch (error) {
        if (this.#state !== 'away') report(error);
        this.#failure = error;
        const isAway = error instanceof OperationsError && error.code === 'engine-away';
        this.#state = isAway ? 'away' : 'failed';
        if (!isAway) throw error;
      }
      await pause(delayMs, signal);
      if (signal.aborted) return;
    }
    if (this.#isLeft) await driver.close();
    if (signal.aborted) return;
    this.#state = 'started';
    if (runner !== undefined) {
      const concurrency = new Map([...catalogue.values()].map((operation) => [operation.kind, operation.concurrency]));
      await driver.queue.work(runner.run, { concurrency });
      if (signal.aborted) return;
    }
    this.#offLink = driver.signal.onLink((isUp) => {
      if (isUp) this.#sweep();
    });
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#timer.unref();
    this.#sweep();
  }

  #sweep(): void {
    this.#sweeping ??= this.#sweepOnce()
      .catch((error: unknown) => {
        // A store that is away is told of by those who ask it for something.
        if (!(error instanceof OperationsError && error.code === 'engine-away')) this.#parts.report(error);
      })
      .finally(() => {
        this.#sweeping = undefined;
      });
  }

  async #sweepOnce(): Promise<void> {
    const { driver, results } = this.#parts;
    const due = await driver.store.due();
    const found = await driver.store.readMany(due);
    for (const record of found) if (isRecord(record)) await driver.queue.enqueue(record.id, { kind: record.kind });
    await this.#hub.refresh();
    await results?.sweep?.();
  }
}

type Found = Awaited<ReturnType<OperationStore['read']>>;

function isRecord(found: Found): found is Extract<Found, { readonly state: unknown }> {
  return found !== undefined && 'state' in found;
}
