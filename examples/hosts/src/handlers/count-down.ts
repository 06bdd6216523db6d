import { Handler, type HttpContext, type HttpHandler } from '@verbena/core';

/** Counts down to nought, one line at a time. */
@Handler('GET /countdown/:from')
export class CountDown implements HttpHandler {
  async processRequest({ request, response }: HttpContext): Promise<void> {
    for (let number = Number(request.params['from']); number >= 0; number -= 1) {
      response.write(`${number}\n`);
      await response.flush();
    }
  }
}
