import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { Hono } from 'hono';

@Handler('GET /hello/:name')
class Hello implements HttpHandler {
  processRequest({ request }: HttpContext) {
    return `Hello, ${request.params.name}`;
  }
}

// #region hono
const app = createApp({ handlers: [Hello] });

export const hono = new Hono();
hono.get('/about', (c) => c.text("Hono's own page"));
hono.mount('/greetings', app.fetch); // GET /greetings/hello/Ann; anything else below /greetings is 404
// #endregion hono
