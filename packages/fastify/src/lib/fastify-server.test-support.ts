import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import type { LocalServer } from '@verbena/test-hosts';
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
  async start(): Promise<LocalServer> {
    const url = await this.fastify.listen({ port: 0, host: '127.0.0.1' });
    const { port } = this.fastify.server.address() as AddressInfo;
    return { url, port, close: () => this.fastify.close() };
  }
}
