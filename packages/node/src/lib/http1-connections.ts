import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TimeLimits } from './time-limits.js';

const REQUEST_TIMEOUT = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** How often is looked which connections are to be watched, as a share of the time after which a client has stalled. */
const ROUND_SHARE = 1 / 8;

/** The connections of a server that speak HTTP/1, and what each of them is busy with. */
export class Http1Connections {
  /** For each connection, the response to its latest request. Requests sent at once are answered in their order. */
  readonly #latest = new Map<Socket, ServerResponse | undefined>();
  readonly #keepsIdle: boolean;
  readonly #stallTimeoutMs: number;
  #round: NodeJS.Timeout | undefined;
  #isDraining = false;

  constructor({ idleTimeoutMs, stallTimeoutMs }: Required<TimeLimits>) {
    this.#keepsIdle = idleTimeoutMs === 0;
    this.#stallTimeoutMs = stallTimeoutMs;
  }

  opened(socket: Socket): void {
    if (this.#isDraining) {
      socket.destroy();
      return;
    }
    this.#latest.set(socket, undefined);
    if (this.#stallTimeoutMs > 0)
      this.#round ??= setInterval(() => this.#watchBusy(), Math.ceil(this.#stallTimeoutMs * ROUND_SHARE)).unref();
    socket.once('close', () => this.left(socket));
  }

  began(message: IncomingMessage, response: ServerResponse): void {
    this.#latest.set(message.socket, response);
    if (this.#isDraining) this.#endAfter(message.socket, response);
  }

  /** The connection speaks another protocol from now on, or none. */
  left(socket: Socket): void {
    this.#latest.delete(socket);
    if (this.#latest.size > 0) return;
    clearInterval(this.#round);
    this.#round = undefined;
  }

  /**
   * Has Node watch connections whose answer is still under way. With a timeout of the server, Node would begin anew to watch
   * with each request, and most are over long before anybody could stall (`npm run bench`, hello).
   */
  #watchBusy(): void {
    for (const [socket, response] of this.#latest) {
      const isWatched = (socket.timeout ?? 0) > 0;
      if (!isWatched && response?.writableFinished === false) socket.setTimeout(this.#stallTimeoutMs);
    }
  }

  /** Nothing has moved on a connection for some time. */
  timedOut(socket: Socket): void {
    const response = this.#latest.get(socket);
    // Node looks after those that have sent no request.
    if (response === undefined) return;
    if (response.writableFinished) {
      if (!this.#keepsIdle) socket.destroy();
    } else if (socket.writableLength > 0) {
      socket.destroy();
    } else if (response.req.complete) {
      return;
    } else if (response.req.readableLength === 0) {
      if (response.socket === socket && !response.headersSent) socket.write(REQUEST_TIMEOUT);
      socket.destroySoon();
    } else {
      // What has come waits for the handler, and taking it does not count as movement: nobody would look again.
      socket.setTimeout(socket.timeout ?? 0);
    }
  }

  /** Ends each connection once what was asked on it is answered; those where nothing is under way at once. */
  drain(): void {
    this.#isDraining = true;
    for (const [socket, response] of this.#latest) {
      if (response === undefined || response.writableFinished) socket.destroy();
      else this.#endAfter(socket, response);
    }
  }

  #endAfter(socket: Socket, response: ServerResponse): void {
    // Only the latest response may say so: those queued behind one that did would never be sent.
    if (!response.headersSent) response.setHeader('connection', 'close');
    response.once('close', () => {
      if (this.#latest.get(socket) === response) socket.destroySoon();
    });
  }
}
