import { Writable } from 'node:stream';
import type { AdapterHost, HostOptions, RunningHost } from '@verbena/adapter-tests';
import type { HandlerApp } from '@verbena/core';
import Fastify, { type FastifyInstance } from 'fastify';
import { toFastify } from './index.js';

const ROUTER =
  "Fastify's router itself answers a path that it cannot decode, with a 400 of its own, before any plugin is asked";

const traits = {
  except: {
    'a malformed escape in a path that would be answered is 400': ROUTER,
    'a path with escapes that are no UTF-8 is 400': ROUTER,
  },
  unmatched: 'next',
  hasMiddleware: true,
} as const;

/** Fastify with the adapter among hooks and a not-found handler of its own. */
export const contractHosts: readonly AdapterHost[] = [
  {
    ...traits,
    name: 'toFastify',
    start: (app, options) => start(Fastify({ ...loggingTo(options), forceCloseConnections: true }), app, options),
  },
  {
    ...traits,
    name: 'toFastify, HTTP/2',
    protocol: 'HTTP/2',
    start: (app, options) =>
      start(Fastify({ ...loggingTo(options), http2: true }) as unknown as FastifyInstance, app, options),
  },
];

async function start(
  fastify: FastifyInstance,
  app: HandlerApp,
  { session, before, after }: HostOptions,
): Promise<RunningHost> {
  fastify.addHook('onRequest', async (_request, reply) => {
    reply.headers(before);
  });
  fastify.addHook('onResponse', async (_request, reply) => after(reply.statusCode));
  fastify.setNotFoundHandler((_request, reply) => reply.send('passed on'));
  await fastify.register(toFastify(app, { session }));
  const url = await fastify.listen({ port: 0, host: '127.0.0.1' });
  return { url, close: () => fastify.close() };
}

function loggingTo({ onError }: HostOptions) {
  return { logger: { level: 'warn', stream: linesTo(onError) } };
}

/** A stream that a logger writes to, which tells of the error in each line, or of what the line says instead. */
function linesTo(onError: (error: unknown) => void): Writable {
  return new Writable({
    write(line: Buffer, _encoding, done) {
      const { err, msg } = JSON.parse(line.toString()) as { err?: { message: string }; msg: string };
      onError(new Error(err?.message ?? msg));
      done();
    },
  });
}
