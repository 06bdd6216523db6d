import { createApp, Handler, type HttpHandler } from '@verbena/core';
import { toKoa } from '@verbena/koa';
import Koa from 'koa';

@Handler('GET /')
class Home implements HttpHandler {
  processRequest() {
    return 'Welcome';
  }
}

// #region closing
export const app = createApp({ handlers: [Home] });
export const server = new Koa().use(toKoa(app)).listen(process.env.PORT ?? 3000);

export async function close() {
  server.close(); // no new connections
  await app.close({ graceMs: 5000 }); // requests under way have five seconds, then their signals abort
}

process.once('SIGTERM', () => void close());
// #endregion closing
