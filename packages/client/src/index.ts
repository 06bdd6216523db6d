export { errorCodes, OperationError, type OperationErrorCode } from './lib/errors.js';
export type { OperationTarget } from './lib/page.js';
export type {
  OperationLinks,
  OperationProgress,
  OperationRecord,
  OperationState,
  OperationStep,
  Problem,
} from './lib/record.js';
export { type OperationWatch, type WatchOptions, watchOperation } from './lib/watch.js';
export type { Connection, Transport } from './lib/watched-operation.js';
