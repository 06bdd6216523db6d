import type { CataloguedOperation } from './catalogue.js';
import { patiently } from './patience.js';
import type { Attempt, OperationDriver, Transition } from './ports.js';
import { problemOf } from './problems.js';
import type { OperationRecord } from './record.js';
import type { KeptResult } from './results/keep-result.js';
import type { ResultStore } from './results/result-store.js';
import type { Ending, RunningAttempt } from './running-attempt.js';
import { verdictOn } from './verdict.js';

/** What becomes of an attempt, as queues are told. */
export interface Outcome {
  readonly retryInMs?: number;
}

/** Nothing more is to be done. */
export const OVER: Outcome = {};

/** What concluding needs. */
export interface ConclusionOwner {
  readonly driver: OperationDriver;
  readonly results: ResultStore | undefined;
  /** Aborts when nothing waits any more for a store that is away. */
  readonly closed: AbortSignal;
  report(error: unknown): void;
}

type Patch = Transition['patch'];

const NOTE_ABANDONED = 'The work did not stop in time and may still be ending';

/** Writes what becomes of an attempt. Every write carries its number, so that of an attempt that was overtaken nothing is kept. */
export class Conclusion {
  readonly #owner: ConclusionOwner;
  readonly #attempt: Attempt;
  readonly #operation: CataloguedOperation;

  constructor(owner: ConclusionOwner, attempt: Attempt, operation: CataloguedOperation) {
    this.#owner = owner;
    this.#attempt = attempt;
    this.#operation = operation;
  }

  async conclude(running: RunningAttempt, ending: Ending): Promise<Outcome> {
    const verdict = ending.how === 'threw' ? verdictOn(ending.error, running.signal) : undefined;
    if (ending.how === 'threw' && verdict?.isStop === false && !verdict.isSaid) this.#owner.report(ending.error);
    const { stopped, progress } = running;
    const kept = ending.how === 'returned' ? ending.kept : undefined;
    if (stopped === 'lost') {
      await this.#drop(kept);
      return OVER;
    }
    // A handler that returns nothing once it was told to stop has stopped.
    const isDone = ending.how === 'returned' && (stopped === undefined || kept !== undefined);
    if (isDone) return await this.#succeed(kept, progress);
    const patch = { progress, ...(ending.how === 'abandoned' ? { message: NOTE_ABANDONED } : {}) };
    switch (stopped) {
      case 'cancel':
        await this.end('cancelled', patch);
        return OVER;
      case 'shutdown':
        if (this.#operation.repeatable) return await this.#requeue(0, patch);
        await this.end('failed', { ...patch, error: problemOf('interrupted') });
        return OVER;
      case 'timeout':
        return await this.#fail({ ...patch, error: problemOf('timeout') }, true);
      case undefined:
        return await this.#fail(
          { ...patch, error: verdict?.problem ?? problemOf('threw') },
          verdict?.isRetryable ?? true,
        );
    }
  }

  /** Writes the terminal state; false when somebody else did so first, who wins. */
  async end(to: 'succeeded' | 'failed' | 'cancelled', patch: Patch): Promise<boolean> {
    const endedAt = Date.now();
    const expiresAt = endedAt + this.#operation.retentionMs;
    return (
      (await this.write({ from: ['running', 'cancelling'], to, patch: { ...patch, endedAt, expiresAt } })) !== undefined
    );
  }

  /** Compares and sets, and goes on trying while the store is away. */
  async write(change: Omit<Transition, 'attempt'>): Promise<OperationRecord | undefined> {
    const { driver, closed } = this.#owner;
    const { store, signal } = driver;
    const { id, number } = this.#attempt;
    const record = await patiently(() => store.transition(id, { attempt: number, ...change }), closed);
    if (record !== undefined) signal.nudge(id, record.seq);
    return record;
  }

  async #succeed(kept: KeptResult | undefined, progress: OperationRecord['progress']): Promise<Outcome> {
    if (kept !== undefined && 'error' in kept) {
      await this.end('failed', { progress, error: kept.error });
      return OVER;
    }
    const isFirst = await this.end('succeeded', { progress: { ...progress, value: 1 }, ...kept });
    if (!isFirst) await this.#drop(kept);
    return OVER;
  }

  /** Drops a result that came too late. One that the record has was in time: only the answer to that was lost. */
  async #drop(kept: KeptResult | undefined): Promise<void> {
    if (kept === undefined || !('resultRef' in kept)) return;
    const { resultRef } = kept;
    const { driver, results, closed } = this.#owner;
    const found = await patiently(() => driver.store.read(this.#attempt.id), closed);
    const isKept = found !== undefined && 'state' in found && found.resultRef === resultRef;
    if (!isKept) await results?.delete(resultRef);
  }

  async #fail(patch: Patch, mayRetry: boolean): Promise<Outcome> {
    const { repeatable, attempts, backoffMs } = this.#operation;
    const { number } = this.#attempt;
    if (mayRetry && repeatable && number < attempts) return await this.#requeue(backoffMs * 2 ** (number - 1), patch);
    await this.end('failed', patch);
    return OVER;
  }

  async #requeue(retryInMs: number, { progress }: Patch): Promise<Outcome> {
    const queued = await this.write({ from: ['running'], to: 'queued', patch: { progress } });
    if (queued !== undefined) return { retryInMs };
    // Somebody has cancelled it meanwhile.
    await this.end('cancelled', { progress });
    return OVER;
  }
}
