// What the single file for pages without a bundler has.
export { OperationProgressElement } from './element.js';
export { OperationError } from './lib/errors.js';
export { watchOperation } from './lib/watch.js';
