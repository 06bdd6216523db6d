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
  return async function verbena(ctx, next) {
    const request = new KoaRequest(ctx, sessions);
    const answered = await answer(app, request);
    if (answered === undefined) await next();
    else respond(ctx, answered, request);
  };
}
