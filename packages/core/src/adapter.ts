import type { HandlerApp } from './lib/app.js';
import { describe } from './lib/class.js';
import type { HostAnswer, HostRequest } from './lib/host.js';
import type { SessionOptions } from './lib/store-session.js';

export { RecordHeaders, type RequestHeaders, type ResponseHeaders } from './lib/headers.js';
export type {
  AnswerStream,
  BodyReader,
  Chunk,
  HostAnswer,
  HostBody,
  HostRequest,
  HostSession,
  PieceReader,
  SessionTurns,
  StoredSession,
} from './lib/host.js';
export { copyOfData } from './lib/copy-of-data.js';
export { memoryStoreOf } from './lib/memory-store.js';
export { errorOf } from './lib/node/error-of.js';
export { hasNoContent } from './lib/head.js';
export {
  breakOff,
  flushWhenPiped,
  forEachField,
  isStream,
  sendAnswer,
  sendUntouched,
  watchPiped,
} from './lib/node/node-answer.js';
export { bytesOf, NodeRequest } from './lib/node/node-request.js';
export { type PieceTaker, pullInto } from './lib/node/pull-into.js';
export type { NodeMessage, NodeReadable, NodeResponse, NodeSocket } from './lib/node/node-types.js';
export { KeyedTurns, turnsOf } from './lib/session-turns.js';
export {
  type CookieCarrier,
  isSessionIdentity,
  SESSION_DEFAULTS,
  type StoredRecord,
  StoreSessions,
} from './lib/store-session.js';
export { mergedVary } from './lib/vary.js';

/**
 * Has an application answer a host's request. Gives nothing when none of its mappings has the path: the host then goes on
 * as it sees fit. It gives a promise where the answer takes time, which resolves as soon as its head stands, though a
 * streaming handler still runs; and the answer itself where nothing had to be waited for.
 */
export function answer(app: HandlerApp, request: HostRequest): HostAnswer | undefined | Promise<HostAnswer> {
  return app.answer(request);
}

/** As {@link answer}, for hosts where nobody else would answer: a path that no mapping has is 404. */
export function answerOrNotFound(app: HandlerApp, request: HostRequest): HostAnswer | Promise<HostAnswer> {
  return app.answerOrNotFound(request);
}

/**
 * As {@link answer}, for hosts where nobody waits for the answer: it is given to `send`, at once or later, which costs less
 * than a promise (`npm run bench`, order). Gives false, and never calls it, when no mapping has the path.
 *
 * @param send called once; must not throw
 */
export function answerTo(app: HandlerApp, request: HostRequest, send: (answer: HostAnswer) => void): boolean {
  return app.answerTo(request, send);
}

/** As {@link answerTo}, for hosts where nobody else would answer: a path that no mapping has is 404. */
export function answerOrNotFoundTo(app: HandlerApp, request: HostRequest, send: (answer: HostAnswer) => void): void {
  app.answerOrNotFoundTo(request, send);
}

/**
 * Where an application keeps its sessions, for hosts that were told nothing else.
 *
 * @throws TypeError when it is no application, so that an adapter fails when it is made and not with its first request
 */
export function sessionOptionsOf(app: HandlerApp): SessionOptions | undefined {
  // It may come from another copy of this package, so its class proves nothing.
  if (typeof (app as Partial<HandlerApp> | undefined)?.answer !== 'function') {
    throw new TypeError(`An adapter takes what createApp gave, not ${describe(app)}`);
  }
  return app.sessionOptions;
}
