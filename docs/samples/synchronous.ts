import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

// #region handler
@Handler('GET,POST */training/*.sync')
class SyncHandler implements HttpHandler {
  processRequest({ request, response }: HttpContext) {
    response.write('<h1>Hello from a synchronous handler</h1>');
    response.write(`<p>It was asked with ${request.verb}.</p>`);
  }
}
// #endregion handler

// #region app
export const app = createApp({ handlers: [SyncHandler] });
// #endregion app
