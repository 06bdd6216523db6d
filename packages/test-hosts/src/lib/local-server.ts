import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on a port of this machine. */
export interface LocalServer {
  /** Where it is reached, without a path: `http://127.0.0.1:49152`. */
  readonly url: string;
  readonly port: number;
  /** Breaks all connections off; resolves when the port is free. */
  close(): Promise<void>;
}

/** Has a server of Node listen on a free port. */
export async function listen(server: Server): Promise<LocalServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
