export { type FastifyAdapterOptions, toFastify } from './lib/plugin.js';
export type { FastifyNative } from './lib/request.js';
export type { FastifySessionOptions } from './lib/session.js';
