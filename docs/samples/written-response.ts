import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

// #region write
@Handler('GET /invitation')
class Invitation implements HttpHandler {
  processRequest({ request, response }: HttpContext) {
    if (!request.query.has('guest')) {
      response.status = 400;
      response.end('Who is invited?'); // no later statement runs
    }
    response.type = 'text';
    response.write('You are invited, ');
    response.write(request.query.get('guest') ?? '');
  }
}
// #endregion write

// #region flush
@Handler('GET /steps')
class Steps implements HttpHandler {
  async processRequest({ response }: HttpContext) {
    response.type = 'text';
    for (const step of ['one', 'two', 'three']) {
      response.write(`${step}\n`);
      await response.flush(); // sends it, and waits while the client is behind
    }
    response.end('done\n'); // after an await, end() returns
  }
}
// #endregion flush

export const app = createApp({ handlers: [Invitation, Steps] });
