import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

@Handler('GET /hello/:name')
class Hello implements HttpHandler {
  processRequest({ request }: HttpContext) {
    return `Hello, ${request.params.name}`;
  }
}

const app = createApp({ handlers: [Hello] });

export default { fetch: app.fetch };
