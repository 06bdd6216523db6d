import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { toKoa } from '@verbena/koa';
import Koa from 'koa';

// #region handler
@Handler({ verb: 'GET,HEAD', path: 'reports/*.txt', session: 'readonly' })
class ReportHandler implements HttpHandler {
  readonly isReusable = true;

  processRequest({ request, response, session }: HttpContext) {
    response.type = 'text/plain';
    response.headers.set('cache-control', 'private');
    response.write(`Report for ${String(session.get('user') ?? 'a guest')}`);
    if (request.query.get('short') === '1') response.end();
    response.write('\nEverything is in order');
  }
}
// #endregion handler

// #region app
export const app = createApp({ handlers: [ReportHandler], precedence: 'listed', syntax: 'wildcard' });
export const koa = new Koa().use(toKoa(app));
// #endregion app
