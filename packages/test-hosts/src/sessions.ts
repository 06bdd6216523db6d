export { CountingStore } from './lib/counting-store.js';
export { describeOwnSessions } from './lib/describe-own-sessions.js';
export { describeSessionsInRedis } from './lib/describe-sessions-in-redis.js';
export { Gate } from './lib/gate.js';
export { expectTurns, gatedApp } from './lib/gated-app.js';
export { RefreshedSession } from './lib/refreshed-session.js';
export { type Act, sessionApp } from './lib/session-app.js';
