import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import Keyv from 'keyv';

/** Prints what was ordered; that takes a while. */
export class Printer {
  async print(order: string) {
    return `Printed ${order}`;
  }
}

// #region handler
@Handler({ verb: 'POST', path: '/orders/:item', session: 'required' })
export class Order implements HttpHandler {
  constructor(private readonly printer: Printer) {}

  async processRequest({ request, session }: HttpContext) {
    const item = request.params.item ?? '';
    session.set('ordered', item);
    await session.release(); // saved; the session's next request may begin
    return await this.printer.print(item);
  }
}
// #endregion handler

export const app = createApp({ handlers: [Order], session: { store: new Keyv() } });
