import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type RequestOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Application } from 'express';

/** An Express application that listens. */
export interface ExpressServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Starts an Express application on a free port of this machine. */
export async function startExpress(application: Application): Promise<ExpressServer> {
  // What Express itself answers an error with, it also writes to the console otherwise.
  application.set('env', 'test');
  const server = createServer(application).listen(0, '127.0.0.1');
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

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly message: IncomingMessage;
  readonly text: string;
  /** Whether the connection broke before the answer was complete. */
  readonly broken: boolean;
}

/** Sends a request without the tidying that `fetch` does, on a connection of its own. */
export function ask(server: ExpressServer, options: RequestOptions, body?: string): Promise<RawAnswer> {
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

  constructor(private readonly server: Pick<ExpressServer, 'url'>) {}

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

  /** Takes the cookies of another client. */
  take({ cookies }: Visitor): void {
    for (const [name, value] of cookies) this.cookies.set(name, value);
  }

  async text(path: string): Promise<string> {
    return (await this.get(path)).text();
  }
}
