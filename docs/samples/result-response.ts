import { createApp, Handler, type HttpHandler } from '@verbena/core';

// #region handler
@Handler('GET /teapot')
class Teapot implements HttpHandler {
  processRequest() {
    return Response.json({ brew: 'tea' }, { status: 418, headers: { 'cache-control': 'no-store' } });
  }
}
// #endregion handler

export const app = createApp({ handlers: [Teapot] });
