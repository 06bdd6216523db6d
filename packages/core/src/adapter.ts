import type { HandlerApp } from './lib/app.js';
import type { HostAnswer, HostRequest } from './lib/host.js';
import type { SessionOptions } from './lib/store-session.js';

export { RecordHeaders, type RequestHeaders, type ResponseHeaders } from './lib/headers.js';
export type { AnswerStream, HostAnswer, HostRequest, HostSession, SessionTurns, StoredSession } from './lib/host.js';
export { KeyedTurns } from './lib/session-turns.js';

/**
 * Has an application answer a host's request. Resolves with nothing when none of its mappings has the path: the host then
 * goes on as it sees fit. It resolves as soon as the head of the answer stands; a streaming handler still runs.
 */
export function answer(app: HandlerApp, request: HostRequest): Promise<HostAnswer | undefined> {
  return app.answer(request);
}

/** Where an application keeps its sessions, for hosts that were told nothing else. */
export function sessionOptionsOf(app: HandlerApp): SessionOptions | undefined {
  return app.sessionOptions;
}
