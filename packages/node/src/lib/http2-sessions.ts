import type { Http2ServerRequest, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { TimeLimits } from './time-limits.js';

/** The sessions of a server that speak HTTP/2, with the number of streams under way on each. */
export class Http2Sessions {
  readonly #streams = new Map<ServerHttp2Session, number>();
  readonly #limits: Required<TimeLimits>;
  #isDraining = false;

  constructor(limits: Required<TimeLimits>) {
    this.#limits = limits;
  }

  opened(session: ServerHttp2Session): void {
    if (this.#isDraining) {
      session.close();
      return;
    }
    this.#streams.set(session, 0);
    session.once('close', () => this.#streams.delete(session));
    session.setTimeout(this.#limits.idleTimeoutMs);
    session.on('timeout', () => {
      if (this.#streams.get(session) === 0) session.close();
    });
  }

  began(message: Http2ServerRequest): void {
    const { stream } = message;
    const { session } = stream;
    if (session === undefined) return;
    this.#count(session as ServerHttp2Session, 1);
    const { stallTimeoutMs, requestTimeoutMs } = this.#limits;
    stream.setTimeout(stallTimeoutMs);
    stream.on('timeout', () => {
      if (stream.writableLength > 0) cancel(stream);
      else if (!owesBody(stream)) return;
      // Until the handler reads, what has come waits in the stream, and the client may be waiting for room.
      else if (message.readableLength === 0 && stream.readableLength === 0) cancel(stream);
      // Taking what waits does not count as movement: without this, nobody would look again.
      else stream.setTimeout(stallTimeoutMs);
    });
    const timer =
      requestTimeoutMs === 0 || stream.endAfterHeaders
        ? undefined
        : setTimeout(() => {
            if (owesBody(stream)) cancel(stream);
          }, requestTimeoutMs);
    stream.once('close', () => {
      clearTimeout(timer);
      this.#count(session as ServerHttp2Session, -1);
    });
  }

  /** Tells each client to ask nothing more (RFC 9113, 6.8), and ends its session once everything is answered. */
  drain(): void {
    this.#isDraining = true;
    for (const session of this.#streams.keys()) session.close();
  }

  #count(session: ServerHttp2Session, change: number): void {
    const count = this.#streams.get(session);
    if (count !== undefined) this.#streams.set(session, count + change);
  }
}

/** Whether the client has not ended its body yet. */
function owesBody(stream: ServerHttp2Stream): boolean {
  return stream.state.remoteClose !== 1;
}

/** The code of a stream that is no longer needed (RFC 9113, 7). */
const CANCEL = 0x8;

function cancel(stream: ServerHttp2Stream): void {
  stream.close(CANCEL);
}
