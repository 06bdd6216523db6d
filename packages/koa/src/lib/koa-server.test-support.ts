import { once } from 'node:events';
import { type IncomingMessage, request, type RequestOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Koa from 'koa';

/** A Koa application that listens, with what it said on its `error` event. */
export interface KoaServer {
  readonly url: string;
  readonly port: number;
  /** What reached Koa's `error` event, in order. */
  readonly errors: Error[];
  close(): Promise<void>;
}

/** Starts a Koa application on a free port of this machine. */
export async function startKoa(koa: Koa): Promise<KoaServer> {
  const errors: Error[] = [];
  koa.on('error', (error: Error) => errors.push(error));
  const server = koa.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    errors,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly message: IncomingMessage;
  readonly text: string;
  /** Whether the connection broke before the answer was complete. */
  readonly broken: boolean;
}

/** Sends a request without the tidying that `fetch` does, on a connection of its own. */
export function ask(server: KoaServer, options: RequestOptions, body?: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: server.port, agent: false, ...options }, (message) => {
      let text = '';
      message.setEncoding('utf8');
      message.on('data', (chunk: string) => (text += chunk));
      message.on('error', () => {});
      message.on('close', () => resolve({ message, text, broken: !message.complete }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A client that keeps the cookies it is given. */
export class Visitor {
  readonly cookies: Map<string, string> = new Map();

  constructor(private readonly server: Pick<KoaServer, 'url'>) {}

  async get(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = Array.from(this.cookies, ([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(this.server.url + path, { ...init, headers: cookie === '' ? {} : { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  async text(path: string): Promise<string> {
    return (await this.get(path)).text();
  }
}
