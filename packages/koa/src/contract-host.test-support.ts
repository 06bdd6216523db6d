import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { AdapterHost, HostOptions, RunningHost } from '@verbena/adapter-tests';
import type { HandlerApp } from '@verbena/core';
import Koa from 'koa';
import { toKoa } from './lib/middleware.js';

/** Koa with the adapter between middleware of its own. */
export const contractHosts: readonly AdapterHost[] = [
  {
    name: 'toKoa',
    except: {
      'the host is told of no error when a client leaves': 'Koa itself reports every stream whose client has left',
    },
    unmatched: 'next',
    hasMiddleware: true,
    start,
  },
];

async function start(app: HandlerApp, { session, onError, before, after }: HostOptions): Promise<RunningHost> {
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
  const server = koa.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
