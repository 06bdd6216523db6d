import { setMaxListeners } from 'node:events';
import type { CataloguedOperation } from './catalogue.js';
import { Conclusion, type Outcome, OVER } from './conclusion.js';
import { patiently } from './patience.js';
import type { Attempt } from './ports.js';
import { problemOf } from './problems.js';
import type { OperationRecord } from './record.js';
import { type AttemptOwner, RunningAttempt } from './running-attempt.js';
import { startTimer } from './timer.js';
import { isTerminal } from './view.js';

/** What running attempts needs. */
export interface RunnerOwner extends Omit<AttemptOwner, 'closed'> {
  readonly catalogue: ReadonlyMap<string, CataloguedOperation>;
}

/** How long an operation waits that this process does not know how to run; another one may. */
const UNKNOWN_RETRY_MS = 5_000;

/** How often a repeatable operation may lose its worker before it is taken for what kills them. */
const LOST_LIMIT = 10;

/** Takes what the queue hands out, has it done, and writes what becomes of it. */
export class Runner {
  readonly #owner: RunnerOwner & AttemptOwner;
  readonly #closed = new AbortController();
  readonly #running = new Set<RunningAttempt>();
  #deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(owner: RunnerOwner) {
    const { signal: closed } = this.#closed;
    // Any number of attempts may wait for the store at once; Node would take more than ten for a leak.
    setMaxListeners(0, closed);
    this.#owner = { ...owner, closed };
  }

  /** Runs an attempt; a `RunAttempt` for the queue. */
  readonly run = async (attempt: Attempt): Promise<Outcome> => {
    try {
      return await this.#run(attempt);
    } catch (error) {
      // The store is away: what has no end is found again by the sweep.
      this.#owner.report(error);
      return OVER;
    }
  };

  /** Gives up, after so long, whatever runs then. */
  giveUpAfter(graceMs: number): void {
    this.#deadline = startTimer(() => {
      for (const running of this.#running) running.giveUp();
    }, graceMs);
  }

  /** Waits no more for a store that is away: the sweep of another process finds what has no end. */
  close(): void {
    clearTimeout(this.#deadline);
    this.#closed.abort();
  }

  async #run(attempt: Attempt): Promise<Outcome> {
    const { driver, closed } = this.#owner;
    // A queue may have its connection back before the store has.
    const record = await patiently(() => driver.store.read(attempt.id), closed);
    if (record === undefined || !('state' in record) || isTerminal(record)) return OVER;
    const operation = this.#owner.catalogue.get(record.kind);
    if (operation === undefined) return { retryInMs: UNKNOWN_RETRY_MS };
    const conclusion = new Conclusion(this.#owner, attempt, operation);
    if (record.state !== 'queued' && !mayRunAgain(record, operation)) return await endLost(conclusion, record);
    const running = await this.#take(attempt, record, operation, conclusion);
    if (running === undefined) return OVER;
    this.#running.add(running);
    const ending = await running.run(attempt.signal);
    this.#running.delete(running);
    return await conclusion.conclude(running, ending);
  }

  /** Makes the operation this worker's; undefined when it was cancelled or taken by another meanwhile. */
  async #take(
    attempt: Attempt,
    record: OperationRecord,
    operation: CataloguedOperation,
    conclusion: Conclusion,
  ): Promise<RunningAttempt | undefined> {
    const { driver, closed } = this.#owner;
    const { store } = driver;
    const { id, number } = attempt;
    const now = Date.now();
    const patch = { startedAt: record.startedAt ?? now, heartbeatAt: now, progress: null, message: undefined };
    const taken = await conclusion.write({ from: ['queued', 'running'], to: 'running', patch });
    const input = taken === undefined ? undefined : await patiently(() => store.input(id), closed);
    if (input === undefined) return undefined;
    const lastCheckpoint = record.attempt === 0 ? undefined : await patiently(() => store.lastCheckpoint(id), closed);
    return new RunningAttempt(this.#owner, { id, number, operation, input, lastCheckpoint });
  }
}

/** Whether an operation that lost its worker is run again. */
function mayRunAgain({ state, attempt }: OperationRecord, { repeatable, attempts }: CataloguedOperation): boolean {
  return state === 'running' && repeatable && attempt < attempts + LOST_LIMIT;
}

async function endLost(conclusion: Conclusion, { state, progress }: OperationRecord): Promise<Outcome> {
  if (state === 'cancelling') await conclusion.end('cancelled', { progress });
  else await conclusion.end('failed', { progress, error: problemOf('interrupted') });
  return OVER;
}
