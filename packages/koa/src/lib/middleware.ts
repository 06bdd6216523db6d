import type { HandlerApp } from '@verbena/core';
import { answer, sessionOptionsOf } from '@verbena/core/adapter';
import type { Middleware } from 'koa';
import { KoaRequest } from './request.js';
import { respond } from './response.js';
import { KoaSessions, type KoaSessionOptions } from './session.js';

/** How an application sits in Koa. */
export interface KoaAdapterOptions {
  /**
   * Sessions of handlers that declare one. What is left out is as `createApp` was told, and the store is otherwise one in
   * this process' memory. No store can be given where the Koa application has installed koa-session itself.
   */
  readonly session?: KoaSessionOptions;
}

/**
 * Makes Koa middleware of an application. It passes on what no mapping has a path for, and leaves its answers in
 * `ctx.body`, so that Koa's own middleware (compression, ETags) treats them as any other. Errors nobody expected reach
 * Koa's `error` event.
 */
export function toKoa(app: HandlerApp, options: KoaAdapterOptions = {}): Middleware {
  const sessions = new KoaSessions(options.session, sessionOptionsOf(app));
  return function verbena(ctx, next): Promise<void> {
    const request = new KoaRequest(ctx, sessions);
    const answered = answer(app, request);
    if (answered === undefined) return next();
    // Most answers are there at once, and need no promise of their own (`npm run bench`).
    if (answered instanceof Promise) return answered.then((late) => respond(ctx, late, request));
    respond(ctx, answered, request);
    return RESPONDED;
  };
}

const RESPONDED = Promise.resolve();
