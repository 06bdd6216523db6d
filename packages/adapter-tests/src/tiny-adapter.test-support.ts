import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HandlerApp } from '@verbena/core';
import {
  answer,
  type AnswerStream,
  type HostAnswer,
  type HostRequest,
  type HostSession,
  isSessionIdentity,
  KeyedTurns,
  RecordHeaders,
  type StoredSession,
} from '@verbena/core/adapter';
import type { HostOptions, SocketHost } from './lib/host.js';

/** The smallest adapter that does everything right: for `node:http`, with sessions of its own. */
export class TinyAdapter {
  protected readonly turns: KeyedTurns = new KeyedTurns();

  constructor(
    protected readonly app: HandlerApp,
    protected readonly options: HostOptions,
  ) {}

  createServer(): Server {
    return createServer((message, response) => {
      // What a sabotage leaves uncaught is not what the suite is to notice.
      this.accept(message, response).catch(() => response.destroy());
    });
  }

  protected async accept(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = this.requestOf(message, response);
    const answered = await answer(this.app, request);
    if (answered === undefined) this.passOn(response);
    else await this.send(answered, response);
  }

  protected passOn(response: ServerResponse): void {
    response.end('passed on');
  }

  protected requestOf(message: IncomingMessage, response: ServerResponse): HostRequest {
    const { method = '', headers, socket } = message;
    const body = hasBody(message) ? chunksOf(message) : null;
    // A body that its reader has left half read would hold the connection's next request back.
    response.once('close', () => void body?.return(undefined));
    return {
      verb: method,
      path: pathOf(message),
      url: urlOf(message),
      headers: new RecordHeaders(headers),
      ip: socket.remoteAddress,
      secure: false,
      body,
      native: { message, response },
      session: this.sessionOf(message, response),
      onClose: (listener) => {
        const tell = (): void => void (response.writableFinished || listener());
        // A response that waits for its turn has no connection of its own to hear of.
        socket.once('close', tell);
        return () => socket.off('close', tell);
      },
      onError: (error) => this.options.onError(error),
    };
  }

  protected sessionOf(message: IncomingMessage, response: ServerResponse): HostSession {
    const key = this.identityIn(/tiny=([^;]*)/.exec(message.headers.cookie ?? '')?.[1]);
    return {
      waitMs: 1000,
      turns: this.turns,
      key: () => key,
      load: () => this.loadSession(key, response),
    };
  }

  protected identityIn(cookie: string | undefined): string | undefined {
    return isSessionIdentity(cookie) ? cookie : undefined;
  }

  protected async loadSession(key: string | undefined, response: ServerResponse): Promise<StoredSession> {
    const { store } = this.options.session;
    const found = key === undefined ? undefined : ((await store.get(key)) as Record<string, unknown> | undefined);
    let id = found === undefined || key === undefined ? randomUUID() : key;
    const setCookie = (value: string): void => {
      if (!response.headersSent) response.setHeader('set-cookie', `tiny=${value}; Path=/; HttpOnly; SameSite=Lax`);
    };
    return {
      get id() {
        return id;
      },
      isNew: found === undefined,
      values: found ?? {},
      async save(values) {
        await store.set(id, values, 60_000);
        setCookie(id);
      },
      async regenerate() {
        await store.delete(id);
        id = randomUUID();
      },
      async destroy() {
        await store.delete(id);
        setCookie('; Max-Age=0');
      },
    };
  }

  protected async send({ status, headers, body }: HostAnswer, response: ServerResponse): Promise<void> {
    response.statusCode = status;
    for (const [name, value] of headers.fields()) {
      if (name === 'set-cookie' || name === 'vary') response.appendHeader(name, value);
      else response.setHeader(name, value);
    }
    if (body === null || typeof body === 'string' || body instanceof Uint8Array) response.end(body ?? undefined);
    else await this.sendStream(body, response);
  }

  protected async sendStream(stream: AnswerStream, response: ServerResponse): Promise<void> {
    response.flushHeaders();
    response.once('close', () => void stream.return());
    try {
      for await (const chunk of stream) if (!response.write(chunk)) await roomIn(response);
      response.end();
    } catch {
      response.destroy();
    }
  }
}

function pathOf({ url = '' }: IncomingMessage): string {
  const [path = ''] = url.replace(/^https?:\/\/[^/?#]*/, '').split('?');
  return path === '' ? '/' : path;
}

/** What is no URL gives an empty text, which the application refuses. */
function urlOf({ url = '', headersDistinct }: IncomingMessage): string {
  if (/^https?:/.test(url)) return /^https?:\/\/[^/]/.test(url) ? url : '';
  const [host = 'localhost', other] = headersDistinct['host'] ?? [];
  return other !== undefined || /[\s/?#@\\]/.test(host) ? '' : `http://${host}${url}`;
}

export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

async function* chunksOf(message: IncomingMessage): AsyncGenerator<Uint8Array, undefined> {
  try {
    for await (const chunk of message.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } finally {
    message.resume();
  }
}

/** Waits until a response takes more, or until nobody is there any more to take it. */
async function roomIn(response: ServerResponse): Promise<void> {
  const settled = new AbortController();
  const { signal } = settled;
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  settled.abort();
}

/** A host under an adapter of this kind. */
export function hostOf(Adapter: typeof TinyAdapter, patienceMs?: number): SocketHost {
  return {
    name: 'a tiny adapter for node:http',
    unmatched: 'next',
    hasMiddleware: true,
    ...(patienceMs === undefined ? {} : { patienceMs }),
    async start(app, options) {
      const server = new Adapter(app, options).createServer();
      server.prependListener('request', (_message, response: ServerResponse) => {
        for (const [name, value] of Object.entries(options.before)) response.setHeader(name, value);
        response.once('finish', () => options.after(response.statusCode));
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        close: () =>
          new Promise((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      };
    },
  };
}
