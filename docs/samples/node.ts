import { createServer } from 'node:http';
import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { type NodeNative, serve, toNode } from '@verbena/node';

// #region handler
@Handler({ path: '/visits', session: 'required' })
class Visits implements HttpHandler {
  processRequest({ session, native }: HttpContext) {
    const { message } = native as NodeNative; // Node's own message, beside its response
    const visits = Number(session.get('visits') ?? 0) + 1;
    session.set('visits', visits);
    return { visits, httpVersion: message.httpVersion };
  }
}
// #endregion handler

// #region serve
export const app = createApp({ handlers: [Visits] });
export const server = await serve(app); // listens on PORT, or on 3000, until SIGTERM or SIGINT
console.log(`Ready on ${server.url}`);
// #endregion serve

// #region own-server
export const ownServer = createServer(toNode(app, { trustedProxies: 1 }));
// #endregion own-server
