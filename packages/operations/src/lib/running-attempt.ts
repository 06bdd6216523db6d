import { AttemptLog } from './attempt-log.js';
import type { CataloguedOperation } from './catalogue.js';
import { encodeCheckpoint } from './checkpoint.js';
import { OperationsError } from './errors.js';
import type { Execution } from './execution.js';
import type { OperationContext } from './handler.js';
import { patiently } from './patience.js';
import { decodePlain } from './plain-data.js';
import type { OperationDriver, StopReason } from './ports.js';
import { Pacer } from './progress/pacer.js';
import { Reporter } from './progress/reporter.js';
import type { OperationProgress } from './record.js';
import { discard } from './results/body.js';
import { keepResult, type KeptResult } from './results/keep-result.js';
import type { ResultPayload } from './results/payload.js';
import type { ResultStore } from './results/result-store.js';
import { reasonOf, type Stop } from './stop.js';
import { startTimer } from './timer.js';

/** How an attempt came to its end. */
export type Ending =
  /** Kept is what it gave, unless that was nothing. */
  | { readonly how: 'returned'; readonly kept: KeptResult | undefined }
  | { readonly how: 'threw'; readonly error: unknown }
  /** It did not stop after its signal had aborted. */
  | { readonly how: 'abandoned' };

/** What an attempt needs of those who run it. */
export interface AttemptOwner {
  readonly driver: OperationDriver;
  readonly execution: Execution;
  readonly results: ResultStore | undefined;
  /** Aborts when nothing waits any more for a store that is away. */
  readonly closed: AbortSignal;
  report(error: unknown): void;
  warn(message: string): void;
}

export interface AttemptStart {
  readonly id: string;
  readonly number: number;
  readonly operation: CataloguedOperation;
  readonly input: string;
  readonly lastCheckpoint: string | undefined;
}

/** How often a worker says that it lives while its handler reports nothing. */
const HEARTBEAT_MS = 5_000;

/** One attempt while its handler works: its signal, its clocks, and what it reports. */
export class RunningAttempt {
  /** Why it was told to stop first; losing the operation counts more than anything else. */
  stopped: Stop | undefined;
  readonly #owner: AttemptOwner;
  readonly #start: AttemptStart;
  readonly #stopping = new AbortController();
  readonly #givenUp = new AbortController();
  readonly #log = new AttemptLog();
  readonly #reporter: Reporter;
  readonly #pacer: Pacer;
  /** What was reported in a thread, and put right there. */
  #elsewhere: OperationProgress | undefined;
  #hasProgress = false;
  #lastWriteAt = performance.now();
  #logSaved: Promise<void> = Promise.resolve();
  #grace: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(owner: AttemptOwner, start: AttemptStart) {
    this.#owner = owner;
    this.#start = start;
    this.#pacer = new Pacer(() => this.#flush());
    this.#reporter = new Reporter({
      touched: () => {
        this.#hasProgress = true;
        this.#pacer.touch();
      },
      warn: (message) => this.#warn(message),
    });
  }

  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** As it stands now. */
  get progress(): OperationProgress {
    return this.#elsewhere ?? this.#reporter.progress;
  }

  /** Does the work; never rejects. What is reported afterwards does not count. */
  async run(asked: AbortSignal): Promise<Ending> {
    const { operation } = this.#start;
    const listen = (): void => this.stop(asked.reason as StopReason);
    asked.addEventListener('abort', listen);
    const timeout =
      operation.timeoutMs === undefined ? undefined : startTimer(() => this.stop('timeout'), operation.timeoutMs);
    const heartbeat = setInterval(() => void this.#beat(), HEARTBEAT_MS);
    if (asked.aborted) listen();
    const abandoned = new Promise<Ending>((resolve) => {
      this.#givenUp.signal.addEventListener('abort', () => resolve({ how: 'abandoned' }));
    });
    const ending = await Promise.race([this.#work(), abandoned]);
    this.#isOver = true;
    asked.removeEventListener('abort', listen);
    clearTimeout(timeout);
    clearTimeout(this.#grace);
    clearInterval(heartbeat);
    this.#reporter.close();
    this.#pacer.stop();
    await this.#saveLog();
    return ending;
  }

  /** Has the handler stop; it is given up when it does not within its grace. Nothing stops once it has come to its end. */
  stop(stop: Stop): void {
    if (this.#isOver) return;
    if (stop === 'lost' || this.stopped === undefined) this.stopped = stop;
    if (this.signal.aborted) return;
    // The process decides how long it waits when it shuts down.
    if (stop !== 'shutdown') this.#grace = startTimer(() => this.giveUp(), this.#start.operation.cancelGraceMs);
    this.#stopping.abort(reasonOf(stop, this.#start.id));
  }

  giveUp(): void {
    if (this.#isOver || this.#givenUp.signal.aborted) return;
    const { id, operation } = this.#start;
    this.#givenUp.abort();
    const message = `The handler of "${operation.kind}" ${id} did not stop in time and was given up; what it gives from now on is dropped`;
    this.#owner.report(new OperationsError('abandoned', message));
  }

  #progressed(progress: OperationProgress): void {
    this.#elsewhere = progress;
    this.#hasProgress = true;
    this.#pacer.touch();
  }

  #warn(message: string): void {
    const { id, operation } = this.#start;
    this.#owner.warn(`${message} (operation "${operation.kind}" ${id})`);
  }

  async #work(): Promise<Ending> {
    const { operation, input } = this.#start;
    const { execution, results, report } = this.#owner;
    const job = {
      operation,
      input,
      context: this.#context(),
      keep: (payload: ResultPayload) => this.#keep(payload),
      givenUp: this.#givenUp.signal,
      report,
      progressed: (progress: OperationProgress) => this.#progressed(progress),
      warn: (message: string) => this.#warn(message),
    };
    try {
      const kept = await execution.run(job);
      // Nobody will ever ask for what was kept too late.
      if (this.#givenUp.signal.aborted && kept !== undefined && 'resultRef' in kept)
        await results?.delete(kept.resultRef);
      return { how: 'returned', kept };
    } catch (error) {
      return { how: 'threw', error };
    }
  }

  /** Making the body of a result may be the most of the work: it belongs to the attempt as what the handler did before. */
  async #keep(payload: ResultPayload): Promise<KeptResult | undefined> {
    const { id, number, operation } = this.#start;
    const givenUp = this.#givenUp.signal;
    if (this.stopped === 'lost' || givenUp.aborted) {
      if (payload.form === 'content') await discard(payload.content.body);
      return undefined;
    }
    if (payload.form === 'unfit') this.#warn(`The result cannot become JSON: ${payload.reason}`);
    return await keepResult(payload, this.#owner.results, { id, attempt: number, operation, givenUp });
  }

  #context(): OperationContext {
    const { id, number, lastCheckpoint } = this.#start;
    return {
      id,
      signal: this.signal,
      attempt: number,
      report: this.#reporter.report,
      step: this.#reporter.step,
      checkpoint: (data) => this.#checkpoint(data),
      lastCheckpoint: lastCheckpoint === undefined ? undefined : decodePlain(lastCheckpoint),
      log: (line) => {
        this.#log.add(line);
        this.#pacer.touch();
      },
    };
  }

  async #checkpoint(data: unknown): Promise<void> {
    const { id, number, operation } = this.#start;
    const text = encodeCheckpoint(data, `"${operation.kind}" ${id}`);
    const { store } = this.#owner.driver;
    if (!(await patiently(() => store.saveCheckpoint(id, number, text), this.signal))) this.stop('lost');
  }

  async #flush(): Promise<void> {
    await this.#saveLog();
    if (!this.#hasProgress) return;
    this.#hasProgress = false;
    if (!(await this.#write(this.progress))) {
      // The store is away; what is newest by then is sent when it is back.
      this.#hasProgress = true;
      this.#pacer.touch();
    }
  }

  async #beat(): Promise<void> {
    if (performance.now() - this.#lastWriteAt >= HEARTBEAT_MS) await this.#write();
  }

  /** Whether the store could be asked. */
  async #write(progress?: OperationProgress): Promise<boolean> {
    const { id, number } = this.#start;
    const { store, signal } = this.#owner.driver;
    this.#lastWriteAt = performance.now();
    try {
      const reported = await store.report(id, number, progress);
      if (reported === undefined) this.stop('lost');
      else if (progress !== undefined) signal.nudge(id, reported.seq);
      if (reported?.isCancelRequested === true) this.stop('cancel');
      return true;
    } catch {
      return false;
    }
  }

  /** One after the other, so that lines that have to wait for the store stay before later ones. */
  #saveLog(): Promise<void> {
    this.#logSaved = this.#logSaved.then(() => this.#appendLog());
    return this.#logSaved;
  }

  async #appendLog(): Promise<void> {
    const { id, number } = this.#start;
    const { driver, closed } = this.#owner;
    const lines = this.#log.take();
    if (lines.length === 0) return;
    try {
      await patiently(() => driver.store.appendLog(id, number, lines), closed);
    } catch (error) {
      this.#owner.report(error);
    }
  }
}
