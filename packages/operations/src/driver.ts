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
  Transition,
  WorkOptions,
} from './lib/ports.js';
