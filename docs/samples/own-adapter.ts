import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HandlerApp, SessionOptions } from '@verbena/core';
import { answer, type HostSession, NodeRequest, sendAnswer, StoreSessions } from '@verbena/core/adapter';

/** Middleware as Connect and its many descendants have it. */
export type Middleware = (message: IncomingMessage, response: ServerResponse, next: () => void) => Promise<void>;

/** What the host brings along. */
export interface ConnectOptions {
  readonly session: SessionOptions;
  readonly onError: (error: unknown) => void;
}

// #region request
class ConnectRequest extends NodeRequest<IncomingMessage, ServerResponse> {
  readonly cookies: string[] = []; // those of the session

  constructor(
    message: IncomingMessage,
    response: ServerResponse,
    private readonly sessions: StoreSessions,
    readonly onError: (error: unknown) => void,
  ) {
    super(message, response);
  }

  get native() {
    return { message: this.message, response: this.response };
  }

  get session(): HostSession {
    return this.sessions.of(this);
  }
}
// #endregion request

// #region adapter
export function toConnect(app: HandlerApp, options: ConnectOptions): Middleware {
  const sessions = new StoreSessions(options.session);
  return async (message, response, next) => {
    const request = new ConnectRequest(message, response, sessions, options.onError);
    const answered = await answer(app, request);
    if (answered === undefined) return next(); // no mapping has the path
    if (request.cookies.length > 0) response.appendHeader('set-cookie', request.cookies);
    sendAnswer(response, answered);
  };
}
// #endregion adapter
