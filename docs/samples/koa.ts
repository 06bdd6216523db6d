import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { toKoa } from '@verbena/koa';
import Koa, { type Context } from 'koa';
import { createSession } from 'koa-session';
import { sessionStore } from './koa-session-store.js';

// #region handler
@Handler({ verb: 'POST', path: '/like/:song', session: 'required' })
class Like implements HttpHandler {
  processRequest({ request, session, native }: HttpContext) {
    const ctx = native as Context; // Koa's own context
    session.set('liked', request.params.song);
    return { user: ctx.state.user, liked: request.params.song };
  }
}
// #endregion handler

// #region koa
export const koa = new Koa({ keys: ['a long secret'] });
koa.use(createSession({ key: 'shop', store: sessionStore }, koa));

koa.use(async (ctx, next) => {
  ctx.state.user = ctx.get('x-user') || 'nobody';
  await next();
  ctx.set('x-length', String(ctx.length)); // handlers leave their answers in ctx
});

koa.use(toKoa(createApp({ handlers: [Like] })));

koa.use((ctx) => {
  ctx.body = `Koa's own page, for one who likes ${ctx.session?.liked ?? 'nothing'}`; // no handler has this path
});
// #endregion koa
