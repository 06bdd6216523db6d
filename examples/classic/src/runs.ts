import { injectable } from 'tsyringe';
import { ChecksumRun } from './checksum-run.js';
import { Pace } from './pace.js';

/** How many runs are remembered after their end. */
const REMEMBERED = 1000;

/** Every run of this process. Sessions hold only the id of theirs. */
@injectable()
export class Runs {
  readonly #runs = new Map<string, ChecksumRun>();
  readonly #closing = new AbortController();

  constructor(private readonly pace: Pace) {}

  /** Begins a run on the program of this very process, a file of some size that is always there. */
  start(): ChecksumRun {
    this.#forgetOldest();
    const run = new ChecksumRun(process.execPath, this.pace, this.#closing.signal, (error) => {
      console.error(`The run ${run.id} failed`, error);
    });
    this.#runs.set(run.id, run);
    return run;
  }

  /** The run with an id, as it was kept in a session; undefined when there is none, or it is long over. */
  find(id: unknown): ChecksumRun | undefined {
    return typeof id === 'string' ? this.#runs.get(id) : undefined;
  }

  /** All that are remembered, oldest first. */
  get all(): readonly ChecksumRun[] {
    return [...this.#runs.values()];
  }

  /** Stops every run; resolves when the last one has let go of its file. */
  async dispose(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.all.map((run) => run.over));
  }

  #forgetOldest(): void {
    const ended = this.all.filter((run) => !run.isRunning);
    for (const run of ended.slice(0, Math.max(0, ended.length - REMEMBERED + 1))) this.#runs.delete(run.id);
  }
}
