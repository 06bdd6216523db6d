import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from 'node:http2';
import type { Server as NetServer, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Http1Connections } from './http1-connections.js';
import { Http2Sessions } from './http2-sessions.js';
import type { NodeListener } from './listener.js';
import type { NodeServer, ServerOptions } from './server.js';
import type { TimeLimits } from './time-limits.js';

/** Every connection of a server, whatever it speaks. */
export class Connections {
  readonly #sockets = new Set<Socket>();
  readonly #http1: Http1Connections;
  readonly #http2: Http2Sessions;

  /** Has a server's requests answered, and begins to watch its connections. */
  constructor(
    nodeServer: NodeServer,
    { tls, http2 = false }: ServerOptions,
    limits: Required<TimeLimits>,
    listener: NodeListener,
  ) {
    const http1 = new Http1Connections(limits);
    const sessions = new Http2Sessions(limits);
    this.#http1 = http1;
    this.#http2 = sessions;
    // The four kinds differ in what their events carry, which only the options tell apart.
    const server: NetServer = nodeServer;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    if (http2) {
      server.on('session', (session: ServerHttp2Session) => sessions.opened(session));
      server.on('request', (message: IncomingMessage, response: ServerResponse) => {
        if (isFramed(message)) sessions.began(message);
        else http1.began(message, response);
        listener(message, response);
      });
    } else {
      server.on('request', (message: IncomingMessage, response: ServerResponse) => {
        http1.began(message, response);
        listener(message, response);
      });
    }
    if (tls !== undefined) {
      server.on('secureConnection', (socket: TLSSocket) => {
        if (socket.alpnProtocol !== 'h2') http1.opened(socket);
      });
    } else if (!http2) {
      server.on('connection', (socket: Socket) => http1.opened(socket));
    }
    server.on('connect', refuseTunnel);
    if (tls === undefined && http2) return;
    if (limits.stallTimeoutMs > 0) server.on('timeout', (socket: Socket) => http1.timedOut(socket));
    watchUpgrades(server, http1);
  }

  /** Lets what is under way come to its end, and nothing new begin. */
  drain(): void {
    this.#http1.drain();
    this.#http2.drain();
  }

  /** Ends whatever is left. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

function isFramed(message: IncomingMessage | Http2ServerRequest): message is Http2ServerRequest {
  return message.httpVersionMajor >= 2;
}

/** No proxy is served here. Without an answer, Node would drop the connection (RFC 9110, 9.3.6 and 15.6.2). */
function refuseTunnel(_message: unknown, target: Socket | Http2ServerResponse): void {
  if ('stream' in target) {
    target.writeHead(501).end();
    return;
  }
  // Node has left this connection, and looks after none of its errors.
  target.on('error', () => target.destroy());
  target.end('HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () =>
    target.destroySoon(),
  );
}

/**
 * A connection that has changed to another protocol belongs to who took it, and is no idle one of ours. A listener for that
 * is added only beside somebody else's: as long as there is none, Node takes such requests for ordinary ones.
 */
function watchUpgrades(server: NetServer, http1: Http1Connections): void {
  const watch = (event: string): void => {
    if (event !== 'upgrade') return;
    server.off('newListener', watch);
    server.on('upgrade', (_message: unknown, socket: Socket) => {
      http1.left(socket);
      // Nobody may be left to take it.
      if (server.listenerCount('upgrade') === 1) socket.destroy();
    });
  };
  server.on('newListener', watch);
}
