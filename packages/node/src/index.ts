export { ListenError } from './lib/listen.js';
export { type NodeListener, type NodeOptions, toNode } from './lib/listener.js';
export type { NodeIncoming, NodeNative, NodeOutgoing } from './lib/request.js';
export { type RunningServer, serve, type ServeOptions } from './lib/serve.js';
export type { NodeServer, ServerOptions } from './lib/server.js';
export type { TimeLimits } from './lib/time-limits.js';
