import type { EnqueueOptions, OperationQueue, RunAttempt, StopReason, WorkOptions } from '../ports.js';
import { settledWithin, startTimer } from '../timer.js';

/** Runs what is queued in this process: each kind in its order, so many at once. */
export class FifoQueue implements OperationQueue {
  readonly #nextAttempt: (id: string) => number;
  readonly #kinds = new Map<string, KindQueue>();
  /** What waits for its time, with the timer. */
  readonly #delayed = new Map<string, ReturnType<typeof setTimeout> | undefined>();
  readonly #running = new Map<string, AbortController>();
  readonly #runs = new Set<Promise<void>>();
  #work: { readonly run: RunAttempt; readonly concurrency: ReadonlyMap<string, number> } | undefined;
  #isDraining = false;

  constructor(nextAttempt: (id: string) => number) {
    this.#nextAttempt = nextAttempt;
  }

  /** Whether an operation waits or runs here. */
  isHeld(id: string): boolean {
    if (this.#running.has(id) || this.#delayed.has(id)) return true;
    return [...this.#kinds.values()].some(({ waiting }) => waiting.has(id));
  }

  async enqueue(id: string, { kind, delayMs = 0 }: EnqueueOptions): Promise<void> {
    if (this.#isDraining || this.isHeld(id)) return;
    this.#add(id, kind, delayMs);
  }

  async remove(id: string): Promise<boolean> {
    if (this.#delayed.has(id)) {
      clearTimeout(this.#delayed.get(id));
      return this.#delayed.delete(id);
    }
    return [...this.#kinds.values()].some(({ waiting }) => waiting.delete(id));
  }

  async work(run: RunAttempt, { concurrency }: WorkOptions): Promise<void> {
    this.#work = { run, concurrency };
    for (const kind of this.#kinds.keys()) this.#pump(kind);
  }

  async drain(graceMs: number): Promise<void> {
    this.#stopAll('shutdown');
    await settledWithin(graceMs, Promise.all(this.#runs));
  }

  /** Tells the attempt that runs to stop. */
  stop(id: string, reason: StopReason): void {
    this.#running.get(id)?.abort(reason);
  }

  /** Another process has everything now: nothing more is begun here, and what runs is told. */
  lose(): void {
    this.#stopAll('lost');
  }

  /** Begins nothing more, and tells what runs to stop. */
  #stopAll(reason: StopReason): void {
    this.#isDraining = true;
    for (const timer of this.#delayed.values()) clearTimeout(timer);
    for (const id of this.#running.keys()) this.stop(id, reason);
  }

  #add(id: string, kind: string, delayMs: number): void {
    if (delayMs > 0) {
      const arrive = (): void => {
        this.#delayed.delete(id);
        this.#add(id, kind, 0);
      };
      this.#delayed.set(id, startTimer(arrive, delayMs));
      return;
    }
    this.#queueOf(kind).waiting.add(id);
    this.#pump(kind);
  }

  #queueOf(kind: string): KindQueue {
    let queue = this.#kinds.get(kind);
    if (queue === undefined) {
      queue = { waiting: new Set(), running: 0 };
      this.#kinds.set(kind, queue);
    }
    return queue;
  }

  #pump(kind: string): void {
    const queue = this.#queueOf(kind);
    // A kind that is not among them is left to a process that knows it.
    const limit = this.#work?.concurrency.get(kind) ?? 0;
    for (const id of queue.waiting) {
      if (this.#isDraining || queue.running >= limit) return;
      queue.waiting.delete(id);
      this.#begin(id, kind, queue);
    }
  }

  #begin(id: string, kind: string, queue: KindQueue): void {
    const controller = new AbortController();
    this.#running.set(id, controller);
    queue.running += 1;
    const run = this.#run(id, controller.signal).then((retryInMs) => {
      queue.running -= 1;
      this.#running.delete(id);
      this.#runs.delete(run);
      if (retryInMs !== undefined && !this.#isDraining) this.#add(id, kind, retryInMs);
      this.#pump(kind);
    });
    this.#runs.add(run);
  }

  async #run(id: string, signal: AbortSignal): Promise<number | undefined> {
    return (await this.#work?.run({ id, number: this.#nextAttempt(id), signal }))?.retryInMs;
  }
}

interface KindQueue {
  /** In order of arrival. */
  readonly waiting: Set<string>;
  running: number;
}
