export type {
  AskOptions,
  FoundOperation,
  ListOptions,
  OpenedResult,
  OperationList,
  StartedOperation,
  StartOptions,
  Watching,
} from './lib/asking.js';
export { createOperations, type OperationsOptions } from './lib/create-operations.js';
export type { OperationOptions } from './lib/declaration.js';
export { defineOperation } from './lib/decorators/define.js';
export { Operation } from './lib/decorators/operation.js';
export {
  type InputIssue,
  InvalidInputError,
  type OperationErrorCode,
  operationErrorCodes,
  OperationsError,
  OperationsStartupError,
} from './lib/errors.js';
export { OperationFailure, type OperationFailureOptions } from './lib/failure.js';
export type {
  OperationClass,
  OperationContext,
  OperationFunction,
  OperationHandler,
  OperationPart,
  OperationSource,
} from './lib/handler.js';
export { inProcess, type InProcessOptions } from './lib/in-process/in-process.js';
export { isOperationId } from './lib/operation-id.js';
export { Operations } from './lib/operations.js';
export type { OperationDriver } from './lib/ports.js';
export type { ProgressReport, Report } from './lib/progress/report.js';
export type { OperationProblem, OperationProgress, OperationState, OperationStep } from './lib/record.js';
export { type ResultBody, ResultContent } from './lib/results/result-content.js';
export { fileResults, type FileResultsOptions } from './lib/results/file-results.js';
export type { ResultStore, ResultToSave, SavedResult } from './lib/results/result-store.js';
export type { OperationView } from './lib/view.js';
export type { WatchEnd, WatchListener } from './lib/watch-hub.js';
