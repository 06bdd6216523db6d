export { type KoaAdapterOptions, toKoa } from './lib/middleware.js';
export type { KoaSessionOptions } from './lib/session.js';
