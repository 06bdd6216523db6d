import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AdapterHost, HostOptions, RunningHost } from '@verbena/adapter-tests';
import type { HandlerApp } from '@verbena/core';
import express from 'express';
import { toExpress } from './lib/middleware.js';

/** Express with the adapter between middleware of its own. */
export const contractHosts: readonly AdapterHost[] = [
  {
    name: 'toExpress',
    except: {
      'the host is told of an unexpected error once':
        'Express hears of errors in error middleware alone, which is there to answer them, and they are answered already',
      'the host is told of an error that breaks a stream off':
        'Express hears of errors in error middleware alone, which is there to answer them, and they are answered already',
      'a request target whose host is none is 400, not an error of the server (RFC 9110, 4.2.1)':
        'Express itself answers a target that is no URL, with 404, before any middleware',
    },
    unmatched: 'next',
    hasMiddleware: true,
    start,
  },
];

async function start(app: HandlerApp, { session, before, after }: HostOptions): Promise<RunningHost> {
  const host = express();
  host.use((_req, res, next) => {
    res.set(before);
    res.once('finish', () => after(res.statusCode));
    next();
  });
  host.use(toExpress(app, { session }));
  host.use((_req, res) => {
    res.send('passed on');
  });
  const server = createServer(host).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
