import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import type { AdapterHost, HostOptions, RunningHost } from '@verbena/adapter-tests';
import type { HandlerApp } from '@verbena/core';
import Koa from 'koa';
import { toKoa } from './lib/middleware.js';

const traits = {
  except: {
    'the host is told of no error when a client leaves': 'Koa itself reports every stream whose client has left',
  },
  unmatched: 'next',
  hasMiddleware: true,
} as const;

/** Koa with the adapter between middleware of its own. */
export const contractHosts: readonly AdapterHost[] = [
  { ...traits, name: 'toKoa', start: (app, options) => start(createServer, app, options) },
  {
    ...traits,
    name: 'toKoa, HTTP/2',
    protocol: 'HTTP/2',
    start: (app, options) => start(createHttp2Server, app, options),
  },
];

async function start(
  create: (listener: ReturnType<Koa['callback']>) => Server,
  app: HandlerApp,
  { session, onError, before, after }: HostOptions,
): Promise<RunningHost> {
  const koa = new Koa().on('error', onError);
  koa.use(async (ctx, next) => {
    ctx.set(before);
    await next();
    after(ctx.status);
  });
  koa.use(toKoa(app, { session }));
  koa.use((ctx) => {
    ctx.body = 'passed on';
  });
  const server = create(koa.callback()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
