import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describeAdapter, type HostOptions, type RunningHost } from '@verbena/adapter-tests';
import type { HandlerApp } from '@verbena/core';
import Koa from 'koa';
import { toKoa } from './index.js';

const except = {
  'the host is told of no error when a client leaves': 'Koa itself reports every stream whose client has left',
};

async function start(app: HandlerApp, { session, onError }: HostOptions): Promise<RunningHost> {
  const koa = new Koa().on('error', onError).use(toKoa(app, { session }));
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

describeAdapter('toKoa', { start, unmatched: 'next' }, { except });
