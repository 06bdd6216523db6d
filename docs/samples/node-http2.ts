import { createApp, Handler, type HttpHandler } from '@verbena/core';
import { type RunningServer, serve } from '@verbena/node';

@Handler('GET /')
class Home implements HttpHandler {
  processRequest() {
    return 'Welcome';
  }
}

// #region http2
export function serveSecurely(key: string, cert: string, port = 443): Promise<RunningServer> {
  return serve(createApp({ handlers: [Home] }), {
    port,
    tls: { key, cert },
    http2: true, // and HTTP/1.1 for whoever speaks nothing else
    stallTimeoutMs: 20_000,
    graceMs: 5_000,
  });
}
// #endregion http2
