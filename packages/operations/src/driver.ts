export type {
  OperationProblem,
  OperationProgress,
  OperationRecord,
  OperationState,
  OperationStep,
  Tombstone,
} from './lib/record.js';
export type {
  Attempt,
  Created,
  CreateOptions,
  EnqueueOptions,
  ListQuery,
  Listed,
  OperationDriver,
  OperationQueue,
  OperationSignal,
  OperationStore,
  Reported,
  RunAttempt,
  StopReason,
  Transition,
  WorkOptions,
} from './lib/ports.js';
export { OperationsError } from './lib/errors.js';
export { terminalStates } from './lib/record.js';
