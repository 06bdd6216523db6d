import { type IncomingMessage, request, type RequestOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';

/** A line that Fastify's logger wrote. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly err?: { readonly type: string; readonly message: string };
}

/** A Fastify application whose logger is listened to. */
export class LoggedFastify {
  /** All that the logger wrote, in order. */
  readonly lines: LogLine[] = [];
  readonly fastify: FastifyInstance;

  constructor(options: FastifyServerOptions = {}) {
    const stream = new Writable({
      write: (line: Buffer, _encoding, done) => {
        this.lines.push(JSON.parse(line.toString()) as LogLine);
        done();
      },
    });
    this.fastify = Fastify({ logger: { level: 'info', stream }, forceCloseConnections: true, ...options });
  }

  /** Messages of the errors that the logger was told of, warnings included. */
  get errors(): string[] {
    return this.lines.filter(({ level }) => level >= 40).map(({ err, msg }) => err?.message ?? msg);
  }

  /** Listens on a free port of this machine. */
  async start(): Promise<FastifyServer> {
    const url = await this.fastify.listen({ port: 0, host: '127.0.0.1' });
    const { port } = this.fastify.server.address() as AddressInfo;
    return { url, port, close: () => this.fastify.close() };
  }
}

/** A Fastify application that listens. */
export interface FastifyServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly message: IncomingMessage;
  readonly text: string;
  /** Whether the connection broke before the answer was complete. */
  readonly broken: boolean;
}

/** Sends a request without the tidying that `fetch` does, on a connection of its own. */
export function ask(server: Pick<FastifyServer, 'port'>, options: RequestOptions, body?: string): Promise<RawAnswer> {
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

  constructor(private readonly server: Pick<FastifyServer, 'url'>) {}

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
