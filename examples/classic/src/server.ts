import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Classic } from './app.js';

/** How long clients may take, while the server closes, for what has been written to them, in milliseconds. */
const LAST_BYTES_MS = 5000;

/** The example, answering. */
export interface RunningServer {
  /** Address without a slash at its end. */
  readonly url: string;
  /** Takes no more connections, lets requests under way end, and closes the application. */
  close(): Promise<void>;
}

/**
 * Listens with the application.
 *
 * @param port 0 for any that is free
 * @throws Error when the port is in use or may not be used; its message says what to do
 */
export async function startServer(classic: Classic, port: number): Promise<RunningServer> {
  const answer = classic.koa.callback();
  const server = createServer((request, response) => void answer(request, response));
  const answering = new Set<ServerResponse>();
  server.on('request', (_request, response) => {
    answering.add(response);
    response.once('close', () => answering.delete(response));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(new Error(explain(cause, port), { cause })));
    server.listen(port, resolve);
  });
  return {
    // A server that listens on a port has such an address.
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      await classic.close();
      const answered = Promise.all([...answering].map((response) => once(response, 'close')));
      await Promise.race([answered, setTimeout(LAST_BYTES_MS, undefined, { ref: false })]);
      // Browsers keep connections they have not used yet, and would keep the server waiting for them.
      server.closeAllConnections();
      await closed;
    },
  };
}

function explain(error: NodeJS.ErrnoException, port: number): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use; choose another one, for example PORT=${port === 65_535 ? 3000 : port + 1} npm start`;
    case 'EACCES':
      return `Port ${port} may not be used by this user; choose one above 1023, for example PORT=3000 npm start`;
    default:
      return `Listening on port ${port} failed: ${error.message}`;
  }
}
