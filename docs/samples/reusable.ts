import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

// #region handler
@Handler('GET /price/:cents')
class PriceHandler implements HttpHandler {
  readonly #euro = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' }); // costly to build
  #served = 0;

  /** Read each time an instance comes back: this one retires after a hundred requests. */
  get isReusable() {
    return this.#served < 100;
  }

  processRequest({ request, response }: HttpContext) {
    this.#served += 1;
    response.headers.set('x-served', this.#served);
    return this.#euro.format(Number(request.params.cents) / 100);
  }
}
// #endregion handler

export const app = createApp({ handlers: [PriceHandler] });
