import type { OperationDriver } from '../ports.js';
import { FifoQueue } from './fifo-queue.js';
import { Journal } from './journal.js';
import { LocalSignal } from './local-signal.js';
import { MemoryStore } from './memory-store.js';

/** How operations are kept in one process. */
export interface InProcessOptions {
  /**
   * A file that says what became of operations, written by one process at a time: another that opens it takes it over. What was under way when that process ended is run
   * again by the next if it is repeatable, and is `interrupted` otherwise. Default: none, a restart forgets everything
   */
  readonly journal?: string;
}

/** Keeps and runs operations in this process. */
export function inProcess({ journal: path }: InProcessOptions = {}): OperationDriver {
  const journal = path === undefined ? undefined : new Journal(path);
  const store = new MemoryStore(journal);
  const queue = new FifoQueue((id) => store.nextAttempt(id));
  store.isHeld = (id) => queue.isHeld(id);
  return {
    store,
    queue,
    signal: new LocalSignal((id) => queue.stop(id, 'cancel')),
    isLasting: journal !== undefined,
    start: async () => await journal?.restore(store, () => queue.lose()),
    close: async () => await journal?.close(),
  };
}
