// What the single file for pages without a bundler has.
export * from './element.js';
export * from './index.js';
