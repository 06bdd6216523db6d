export { operationHandlers } from './lib/http/operation-handlers.js';
export type { OperationHandlersOptions, Permission } from './lib/http/options.js';
export type { OperationLinks } from './lib/http/links.js';
export { type ProblemCode, problemTitles } from './lib/http/problems.js';
export { sessionOwner } from './lib/http/session-owner.js';
export { shareOperation, type ShareOptions } from './lib/http/share-operation.js';
export { startOperation, type StartOperationOptions } from './lib/http/start-operation.js';
export { closeStreams, endStreams } from './lib/http/streams.js';
export type { WireOperation } from './lib/http/wire-view.js';
