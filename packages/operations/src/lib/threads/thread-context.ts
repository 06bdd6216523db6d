import { AttemptLog } from '../attempt-log.js';
import { encodeCheckpoint } from '../checkpoint.js';
import { OperationsError } from '../errors.js';
import type { OperationContext } from '../handler.js';
import { decodePlain } from '../plain-data.js';
import { FLUSH_INTERVAL_MS } from '../progress/pacer.js';
import { Reporter } from '../progress/reporter.js';
import { plainErrorOf } from './plain-error.js';
import { ThreadSignal } from './thread-signal.js';
import type { ThreadAnswer, ThreadMessage, ThreadTask } from './thread-task.js';

/** What an attempt in a thread has to work with: everything goes through the port to the process that runs it. */
export class ThreadContext {
  readonly context: OperationContext;
  readonly #task: ThreadTask;
  readonly #signal: ThreadSignal;
  readonly #reporter: Reporter;
  readonly #log = new AttemptLog();
  readonly #waiting = new Map<number, (answer: ThreadAnswer & { what: 'kept' }) => void>();
  #turns = 0;
  #hasProgress = false;
  #isClosed = false;
  #lastAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(task: ThreadTask) {
    const { id, attempt, stop, port, lastCheckpoint } = task;
    this.#task = task;
    this.#signal = new ThreadSignal(stop, id);
    this.#reporter = new Reporter({
      touched: () => {
        this.#hasProgress = true;
        this.#touched();
      },
      warn: (message) => this.#say({ what: 'warning', message }),
    });
    this.context = {
      id,
      attempt,
      signal: this.#signal.signal,
      report: this.#reporter.report,
      step: this.#reporter.step,
      lastCheckpoint: decodePlain(lastCheckpoint),
      checkpoint: (data) => this.#checkpoint(data),
      log: (line) => {
        this.#log.add(line);
        this.#touched();
      },
    };
    port.on('message', (answer: ThreadAnswer) => this.#hear(answer));
  }

  fail(error: unknown): void {
    this.#say({ what: 'error', error: plainErrorOf(error) });
  }

  /** Says what was reported and logged last, and nothing more. */
  close(): void {
    this.#send();
    this.#isClosed = true;
    this.#reporter.close();
    this.#task.port.close();
  }

  /** Sends at once when the last time is long enough ago: a timer would wait for work that never pauses. */
  #touched(): void {
    if (this.#isClosed) return;
    this.#signal.look();
    const waitMs = this.#lastAt + FLUSH_INTERVAL_MS - performance.now();
    if (waitMs <= 0) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), waitMs);
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastAt = performance.now();
    const lines = this.#log.take();
    if (lines.length > 0) this.#say({ what: 'log', lines });
    if (!this.#hasProgress) return;
    this.#hasProgress = false;
    this.#say({ what: 'progress', progress: this.#reporter.progress });
  }

  #say(message: ThreadMessage): void {
    this.#task.port.postMessage(message);
  }

  #hear(answer: ThreadAnswer): void {
    if (answer.what === 'stop') this.#signal.look();
    else this.#waiting.get(answer.turn)?.(answer);
  }

  #checkpoint(data: unknown): Promise<void> {
    this.#turns += 1;
    const turn = this.#turns;
    return new Promise((resolve, reject) => {
      const text = encodeCheckpoint(data, `"${this.#task.kind}" ${this.#task.id}`);
      this.#waiting.set(turn, ({ refusal }) => {
        this.#waiting.delete(turn);
        if (refusal === undefined) resolve();
        else reject(new OperationsError(refusal.code, refusal.message));
      });
      this.#say({ what: 'checkpoint', turn, text });
    });
  }
}
