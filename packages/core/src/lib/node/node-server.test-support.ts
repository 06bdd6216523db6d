import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerOrNotFound } from '../../adapter.js';
import type { HandlerApp } from '../app.js';
import type { HostSession } from '../host.js';
import { sendAnswer } from './node-answer.js';
import { NodeRequest } from './node-request.js';

/** A request of a server that knows nothing better than Node does. */
class PlainRequest extends NodeRequest<IncomingMessage, ServerResponse> {
  readonly session: HostSession | undefined = undefined;

  get native(): ServerResponse {
    return this.response;
  }
}

/** A server of Node's own with an application behind it. */
export interface NodeServer {
  readonly server: Server;
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** @param before done with each response before the application answers */
export async function startNode(
  app: HandlerApp,
  before: (response: ServerResponse, message: IncomingMessage) => unknown = () => {},
): Promise<NodeServer> {
  const server = createServer((message, response) => {
    void (async () => {
      await before(response, message);
      sendAnswer(response, await answerOrNotFound(app, new PlainRequest(message, response)));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    server,
    port,
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
