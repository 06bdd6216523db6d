import { createServer } from 'node:http';
import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import type { HttpContext } from '@verbena/core';
import { toExpress } from '@verbena/express';
import { toFastify } from '@verbena/fastify';
import { toKoa } from '@verbena/koa';
import { listen } from '@verbena/test-hosts';
import { expect } from 'chai';
import express from 'express';
import expressSession from 'express-session';
import Fastify from 'fastify';
import Koa from 'koa';
import { createSession, type CreateSessionOptions } from 'koa-session';
import { hosts, type Serve, type Served } from './hosts.test-support.js';
import { OperationsSite, type SiteVisitor } from './operations-site.test-support.js';
import { sessionOwner } from './session-owner.js';
import type { WireOperation } from './wire-view.js';

const secret = 'a secret of 32 characters or more';

/** Koa with sessions that the application has installed itself. */
function koaWith(options: Partial<CreateSessionOptions>): Serve {
  return async (app) => {
    const koa = new Koa({ keys: [secret] });
    koa.use(createSession(options, koa)).use(toKoa(app));
    const callback = koa.callback();
    return await served(createServer((message, response) => void callback(message, response)));
  };
}

async function served(server: ReturnType<typeof createServer>): Promise<Served> {
  return { ...(await listen(server)), fetch: (request) => fetch(request) };
}

class Memory {
  readonly #sessions = new Map<string, object>();

  async get(id: string): Promise<object | undefined> {
    return this.#sessions.get(id);
  }

  async set(id: string, session: object): Promise<void> {
    this.#sessions.set(id, session);
  }

  async destroy(id: string): Promise<void> {
    this.#sessions.delete(id);
  }
}

/** Hosts whose sessions have an identity, under which their requests take turns. */
const withTurns: Readonly<Record<string, Serve>> = {
  ...hosts,
  'toKoa with koa-session and a store': koaWith({ store: new Memory() }),
  async 'toExpress with express-session'(app) {
    const site = express();
    site.use(expressSession({ secret, resave: false, saveUninitialized: false }));
    return await served(createServer(site.use(toExpress(app))));
  },
  async 'toFastify with @fastify/session'(app) {
    const fastify = Fastify({ forceCloseConnections: true });
    await fastify.register(fastifyCookie);
    await fastify.register(fastifySession, { secret, cookie: { secure: false }, saveUninitialized: false });
    await fastify.register(toFastify(app));
    const url = await fastify.listen({ port: 0, host: '127.0.0.1' });
    return { url, fetch: (request) => fetch(request), close: () => fastify.close() };
  },
};

const acts = {
  'POST /hello': ({ session }: HttpContext) => session.set('name', 'Ann'),
  'GET /page': (context: HttpContext) => {
    sessionOwner(context);
    return 'page';
  },
};

/** How many of those that were started at once somebody finds again. */
async function foundOf(visitor: SiteVisitor, count: number): Promise<number> {
  const started = await Promise.all(Array.from({ length: count }, () => visitor.start()));
  const list = await visitor.get('/operations');
  const { operations } = (await list.json()) as { readonly operations: readonly WireOperation[] };
  return started.filter(({ id }) => operations.some((one) => one.id === id)).length;
}

describe('the first starts of a session, all at once', () => {
  for (const [host, serve] of Object.entries(withTurns))
    it(`have one owner, by ${host}`, async () => {
      const site = await OperationsSite.open({ serve, acts });
      const visitor = site.visitor();
      await visitor.post('/hello');
      expect(await foundOf(visitor, 3)).to.equal(3);
      await site.close();
      expect(site.errors).to.deep.equal([]);
    });

  for (const [host, serve] of Object.entries({
    ...withTurns,
    'toKoa with koa-session, all in its cookie': koaWith({}),
  }))
    it(`have one owner for a visitor to whom a page gave it, by ${host}`, async () => {
      const site = await OperationsSite.open({ serve, acts });
      const visitor = site.visitor();
      expect((await visitor.get('/page')).status).to.equal(200);
      expect(await foundOf(visitor, 3)).to.equal(3);
      await site.close();
      expect(site.errors).to.deep.equal([]);
    });
});
