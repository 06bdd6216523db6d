import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that answers on a free port of this machine. */
export interface LocalServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves an application with a `callback()`, as Koa's have. */
export async function serve(application: { callback(): RequestListener }): Promise<LocalServer> {
  const server = createServer(application.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
