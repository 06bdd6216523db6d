import { createApp, Handler, type HttpContext, HttpException, type HttpHandler } from '@verbena/core';

/** Asks somebody far away. */
export class Supplier {
  async price(item: string, signal: AbortSignal) {
    const response = await fetch(`https://supplier.example/prices/${encodeURIComponent(item)}`, { signal });
    if (!response.ok) throw new HttpException(502, 'The supplier has no answer');
    return Number(await response.text());
  }
}

// #region handler
@Handler({ verb: 'GET', path: '/prices/:item', timeoutMs: 2000 })
export class PriceOf implements HttpHandler {
  constructor(private readonly supplier: Supplier) {}

  async processRequest({ request, signal }: HttpContext) {
    // The signal ends the work when the client leaves, when two seconds are over, or when the app closes.
    return { price: await this.supplier.price(request.params.item ?? '', signal) };
  }
}
// #endregion handler

export const app = createApp({ handlers: [PriceOf] });
