import { createApp, type FetchNative, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

interface Bindings {
  readonly GREETING: string;
}

@Handler('GET /hello/:name')
class Hello implements HttpHandler {
  processRequest({ request, native }: HttpContext) {
    const [bindings] = (native as FetchNative).platform as readonly [Bindings]; // what the runtime passes beside the request
    return `${bindings.GREETING}, ${request.params.name}`;
  }
}

const app = createApp({ handlers: [Hello] });

export default { fetch: app.fetch };
