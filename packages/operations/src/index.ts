export type * from './lib/record.js';
