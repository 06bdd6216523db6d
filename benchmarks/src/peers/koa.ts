import { Readable } from 'node:stream';
import Koa, { type Middleware } from 'koa';
import { createSession } from 'koa-session';
import {
  Basket,
  chunks,
  fill,
  Greeter,
  type Order,
  Orders,
  Reports,
  secret,
  textType,
  Users,
  visitor,
} from '../domain.js';
import { listen } from '../listen.js';
import type { Peer, Start } from '../peer.js';
import { MemoryStore } from '../memory-store.js';

export const peer: Peer = {
  works: {
    hello: under(() => {
      const greeter = new Greeter();
      return (ctx, next) => {
        if (ctx.method !== 'GET' || ctx.path !== '/hello') return next();
        ctx.body = greeter.greet();
      };
    }),

    user: under(() => {
      const users = new Users();
      return (ctx, next) => {
        const id = /^\/users\/([^/]+)$/.exec(ctx.path)?.[1];
        if (ctx.method !== 'GET' || id === undefined) return next();
        ctx.body = users.find(decodeURIComponent(id));
      };
    }),

    order: under(() => {
      const orders = new Orders();
      return async (ctx, next) => {
        if (ctx.method !== 'POST' || ctx.path !== '/orders') return next();
        ctx.body = orders.take((await readJson(ctx.req)) as Order);
      };
    }),

    factory: under(() => {
      const reports = new Reports();
      return (ctx, next) => {
        const id = /^\/reports\/([^/]+)$/.exec(ctx.path)?.[1];
        if (id === undefined) return next();
        if (ctx.method === 'GET') ctx.body = reports.show(decodeURIComponent(id));
        else if (ctx.method === 'DELETE') ctx.body = reports.drop(decodeURIComponent(id));
        else {
          ctx.status = 405;
          ctx.set('allow', 'GET, DELETE');
        }
      };
    }),

    scoped: under(() => (ctx, next) => {
      if (ctx.method !== 'GET' || ctx.path !== '/basket') return next();
      ctx.body = fill(new Basket());
    }),

    session() {
      const koa = new Koa({ keys: [secret] });
      koa.use(createSession({ store: new MemoryStore() }, koa));
      koa.use((ctx, next) => {
        if (ctx.path !== '/session' || ctx.session === null) return next();
        if (ctx.method === 'POST') ctx.session['name'] = visitor;
        ctx.body = { name: ctx.session['name'] };
      });
      return listen(koa);
    },

    stream: under(() => (ctx, next) => {
      if (ctx.method !== 'GET' || ctx.path !== '/stream') return next();
      ctx.type = textType;
      ctx.body = Readable.from(chunks());
    }),
  },
};

function under(program: () => Middleware): Start {
  return () => listen(new Koa().use(program()));
}

async function readJson(source: Readable): Promise<unknown> {
  source.setEncoding('utf8');
  let text = '';
  for await (const piece of source) text += piece as string;
  return JSON.parse(text);
}
