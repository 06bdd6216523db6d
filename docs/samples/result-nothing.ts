import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

const basket = new Set(['apple', 'pear']);

// #region handler
@Handler('DELETE /basket/:item')
class TakeOut implements HttpHandler {
  processRequest({ request }: HttpContext) {
    basket.delete(request.params.item ?? '');
    // nothing written and nothing returned: 204
  }
}
// #endregion handler

export const app = createApp({ handlers: [TakeOut] });
