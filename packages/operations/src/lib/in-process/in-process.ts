import type { OperationDriver } from '../ports.js';
import { FifoQueue } from './fifo-queue.js';
import { LocalSignal } from './local-signal.js';
import { MemoryStore } from './memory-store.js';

/** Keeps and runs operations in this process. When it ends, everything is forgotten. */
export function inProcess(): OperationDriver {
  const store = new MemoryStore();
  const queue = new FifoQueue((id) => store.nextAttempt(id));
  store.isHeld = (id) => queue.isHeld(id);
  return {
    store,
    queue,
    signal: new LocalSignal((id) => queue.stop(id, 'cancel')),
    isLasting: false,
    start: async () => {},
    close: async () => {},
  };
}
