import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

// #region handler
@Handler('GET /countdown/:from')
class Countdown implements HttpHandler {
  async *processRequest({ request, response }: HttpContext) {
    response.type = 'text/event-stream';
    for (let left = Number(request.params.from); left > 0; left -= 1) yield `data: ${left}\n\n`;
    yield 'data: lift-off\n\n';
  }
}
// #endregion handler

export const app = createApp({ handlers: [Countdown] });
