import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

// #region handler
@Handler('GET /countdown/:from')
class Countdown implements HttpHandler {
  processRequest({ request, response }: HttpContext) {
    response.type = 'text/event-stream';
    return this.#events(Number(request.params.from));
  }

  /** Runs as the client reads. The head has been sent by then, so the type was set before. */
  async *#events(from: number) {
    for (let left = from; left > 0; left -= 1) yield `data: ${left}\n\n`;
    yield 'data: lift-off\n\n';
  }
}
// #endregion handler

export const app = createApp({ handlers: [Countdown] });
