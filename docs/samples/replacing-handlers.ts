import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

// #region handlers
@Handler('GET /menu')
class Menu implements HttpHandler {
  processRequest() {
    return ['soup', 'bread'];
  }
}

@Handler('/**')
class BackSoon implements HttpHandler {
  processRequest({ response }: HttpContext) {
    response.status = 503;
    response.headers.set('retry-after', '600');
    return 'We are painting the kitchen';
  }
}
// #endregion handlers

export const app = createApp({ handlers: [Menu] });

// #region replace
export function closeKitchen() {
  app.replace([BackSoon]); // requests under way still end with Menu
}

export function openKitchen() {
  app.replace([Menu]);
}
// #endregion replace
