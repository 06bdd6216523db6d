import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { toKoa } from '@verbena/koa';
import Koa from 'koa';

// #region handler
@Handler({ verb: 'POST', path: '/visits', session: 'required' })
class CountVisit implements HttpHandler {
  processRequest({ session }: HttpContext) {
    const visits = Number(session.get('visits') ?? 0) + 1;
    session.set('visits', visits);
    return { visits };
  }
}
// #endregion handler

// #region koa
export const koa = new Koa().use(toKoa(createApp({ handlers: [CountVisit] })));
// #endregion koa
