import type { HandlerApp } from '@verbena/core';
import { answer, sessionOptionsOf } from '@verbena/core/adapter';
import type { RequestHandler } from 'express';
import { ExpressRequest } from './request.js';
import { ExpressSessions, type ExpressSessionOptions } from './session.js';

/** How an application sits in Express. */
export interface ExpressAdapterOptions {
  /**
   * Sessions of handlers that declare one. What is left out is as `createApp` was told, and the store is otherwise one in
   * this process' memory. No store can be given where the Express application has installed express-session itself.
   */
  readonly session?: ExpressSessionOptions | undefined;
}

/**
 * Makes Express middleware of an application, to be used anywhere, also below a path or in a router. It passes on what no
 * mapping has a path for, whatever the verb, and sends its answers through `res`, so that middleware which watches or wraps
 * that (compression, logging) treats them as any other. Errors nobody expected reach the application's `onError`: once
 * there is an answer, Express has no place to tell them.
 *
 * @throws TypeError when the secret of the sessions is empty
 */
export function toExpress(app: HandlerApp, options: ExpressAdapterOptions = {}): RequestHandler {
  const sessions = new ExpressSessions(options.session, sessionOptionsOf(app));
  return function verbena(req, res, next): void | Promise<void> {
    const request = new ExpressRequest(req, res, sessions);
    const answered = answer(app, request);
    // Most answers are there at once; to wait for those as well costs more than to send them (`npm run bench`).
    if (answered instanceof Promise) return answered.then((late) => request.send(late));
    if (answered === undefined) next();
    else request.send(answered);
  };
}
