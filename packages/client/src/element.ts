import { OperationProgressElement } from './lib/progress-element.js';
import type { WatchState } from './lib/watched-operation.js';

export type { OperationError, OperationErrorCode } from './lib/errors.js';
export type { OperationLabels } from './lib/labels.js';
export type { OperationRecord } from './lib/record.js';
export { OperationProgressElement } from './lib/progress-element.js';
export type { Connection, Transport, WatchState } from './lib/watched-operation.js';

declare global {
  interface HTMLElementTagNameMap {
    'operation-progress': OperationProgressElement;
  }

  /** What the element fires. All of it bubbles; the last two can be prevented. */
  interface HTMLElementEventMap {
    'operation-state': CustomEvent<Partial<WatchState>>;
    'operation-progress': CustomEvent<Partial<WatchState>>;
    'operation-connection': CustomEvent<Partial<WatchState>>;
    'operation-done': CustomEvent<Partial<WatchState>>;
    'operation-failed': CustomEvent<Partial<WatchState>>;
    'operation-cancelled': CustomEvent<Partial<WatchState>>;
    'operation-gone': CustomEvent<Partial<WatchState>>;
    'operation-cancel': CustomEvent<Partial<WatchState>>;
    'operation-retry': CustomEvent<Partial<WatchState>>;
  }
}

// Importing this entry defines the element, and that is all it does.
if (globalThis.customElements && !customElements.get('operation-progress'))
  customElements.define('operation-progress', OperationProgressElement);
