export { type ExpressAdapterOptions, toExpress } from './lib/middleware.js';
export type { ExpressNative } from './lib/request.js';
export type { ExpressSessionOptions } from './lib/session.js';
