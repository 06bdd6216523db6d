import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type HostRequest, type HostSession, RecordHeaders, type RequestHeaders } from '@verbena/core/adapter';
import type { Context } from 'koa';
import type { KoaSessions } from './session.js';
import { errorOf } from './thrown.js';

/** A Koa request as the application takes it. */
export class KoaRequest implements HostRequest {
  readonly #ctx: Context;
  readonly #sessions: KoaSessions;
  readonly headers: RequestHeaders;

  /** Whether Koa is piping an answer, so that it hears of a failure itself. */
  isStreaming = false;

  constructor(ctx: Context, sessions: KoaSessions) {
    this.#ctx = ctx;
    this.#sessions = sessions;
    this.headers = new RecordHeaders(ctx.req.headers);
  }

  get verb(): string {
    return this.#ctx.method;
  }

  get path(): string {
    return this.#ctx.path;
  }

  get url(): string {
    const { host, href, protocol, originalUrl } = this.#ctx;
    // A client of HTTP/1.0 need not name a host; Koa would then take the first part of the path for one.
    return host === '' && originalUrl.startsWith('/') ? `${protocol}://localhost${originalUrl}` : href;
  }

  get ip(): string {
    return this.#ctx.ip;
  }

  get secure(): boolean {
    return this.#ctx.secure;
  }

  get native(): Context {
    return this.#ctx;
  }

  get session(): HostSession {
    return this.#sessions.of(this.#ctx);
  }

  get body(): AsyncIterable<Uint8Array> | null {
    const { req, request } = this.#ctx;
    // HTTP/2 frames its bodies and needs neither (RFC 9113, 8.1).
    const isFramed = req.httpVersionMajor >= 2;
    if (!isFramed && req.headers['content-length'] === undefined && req.headers['transfer-encoding'] === undefined)
      return null;
    const { rawBody } = request as { rawBody?: unknown };
    // Body parsers of Koa keep the text they have read there.
    if (typeof rawBody === 'string') return once(Buffer.from(rawBody));
    if (req.readableDidRead) {
      throw new Error(
        'The request body was read by earlier Koa middleware, which left no rawBody; put that middleware after toKoa, or have it skip this path',
      );
    }
    return chunksOf(req);
  }

  onClose(listener: () => void): void {
    const { req, res } = this.#ctx;
    const tell = (): void => {
      if (!res.writableFinished) listener();
    };
    if (res.destroyed || req.socket.destroyed) tell();
    else if (res.socket === null) whenGone(req.socket, res, tell);
    else res.once('close', tell);
  }

  onError(error: unknown): void {
    // Koa reports the failure of a body it pipes.
    if (this.isStreaming) return;
    this.#ctx.app.emit('error', errorOf(error), this.#ctx);
  }
}

/** Those who wait behind another request of their connection; Node has given their responses no socket yet. */
const QUEUED = new WeakMap<Socket, Set<() => void>>();

/** Calls back when a response closes, or its connection before the response had its turn. */
function whenGone(socket: Socket, response: ServerResponse, tell: () => void): void {
  let queued = QUEUED.get(socket);
  if (queued === undefined) {
    // One listener for however many requests a client sends at once.
    const all = new Set<() => void>();
    socket.once('close', () => {
      for (const one of all) one();
    });
    QUEUED.set(socket, all);
    queued = all;
  }
  const waiting = queued;
  waiting.add(tell);
  response.once('close', () => {
    waiting.delete(tell);
    tell();
  });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, undefined> {
  yield bytes;
}

async function* chunksOf(message: IncomingMessage): AsyncGenerator<Uint8Array, undefined> {
  try {
    // Destroying the message would take the connection with it, and the answer that refuses the body.
    for await (const chunk of message.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } finally {
    // What nobody reads must still be taken off the wire, or the connection's next request never comes.
    if (!message.readableEnded) message.resume();
  }
}
