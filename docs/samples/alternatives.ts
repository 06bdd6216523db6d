import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

// #region handler
@Handler('GET /soup,/stew')
@Handler({ name: 'Order', verb: 'POST', path: ['/orders/soup', '/orders/stew', '*.order'] })
class Kitchen implements HttpHandler {
  processRequest({ request, mapping }: HttpContext) {
    return `${mapping.name} by ${request.verb}`;
  }
}
// #endregion handler

export const app = createApp({ handlers: [Kitchen] });
