export { type Answer, ask, askOverOneConnection } from './lib/ask.js';
export { breakingStreams } from './lib/breaking-streams.js';
export { certificate } from './lib/certificate.js';
export { endlessApp } from './lib/endless-app.js';
export { handlerApp } from './lib/handler-app.js';
export { listen, type LocalServer } from './lib/local-server.js';
export { showRequest } from './lib/show-request.js';
export { Visitor } from './lib/visitor.js';
