// #region all
import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { toKoa } from '@verbena/koa';
import Koa from 'koa';

@Handler('GET /hello/:name')
class Hello implements HttpHandler {
  processRequest({ request }: HttpContext) {
    return `Hello, ${request.params.name}`;
  }
}

export const app = createApp({ handlers: [Hello] });
export const server = new Koa().use(toKoa(app)).listen(process.env.PORT ?? 3000);
// #endregion all
