import { createServer } from 'node:http';
import type { HandlerApp } from '@verbena/core';
import { toExpress } from '@verbena/express';
import { toFastify } from '@verbena/fastify';
import { toKoa } from '@verbena/koa';
import { toNode } from '@verbena/node';
import { listen } from '@verbena/test-hosts';
import express from 'express';
import Fastify from 'fastify';
import Koa from 'koa';

/** An application as clients reach it. */
export interface Served {
  readonly url: string;
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** Serves an application, below a path where the host can mount it. */
export type Serve = (app: HandlerApp) => Promise<Served>;

const overSockets = (request: Request): Promise<Response> => fetch(request);

/** Without a socket. */
export const overFetch: Serve = async (app) => ({ url: 'http://host', fetch: app.fetch, close: async () => {} });

/** Every way in which an application is reached, by name. */
export const hosts: Readonly<Record<string, Serve>> = {
  'app.fetch': overFetch,
  async toKoa(app) {
    const koa = new Koa();
    koa.silent = true;
    koa.use(toKoa(app));
    const callback = koa.callback();
    const server = createServer((message, response) => void callback(message, response));
    return { ...(await listen(server)), fetch: overSockets };
  },
  async toExpress(app) {
    return { ...(await listen(createServer(express().use(toExpress(app))))), fetch: overSockets };
  },
  async toFastify(app) {
    const fastify = Fastify({ forceCloseConnections: true });
    await fastify.register(toFastify(app));
    const url = await fastify.listen({ port: 0, host: '127.0.0.1' });
    return { url, fetch: overSockets, close: () => fastify.close() };
  },
  async toNode(app) {
    return { ...(await listen(createServer(toNode(app)))), fetch: overSockets };
  },
};
