import { Readable } from 'node:stream';
import Router from '@koa/router';
import Koa from 'koa';
import bodyParser from 'koa-bodyparser';
import { createSession } from 'koa-session';
import { chunks, Greeter, type Order, Orders, secret, textType, Users, visitor } from '../domain.js';
import { listen } from '../listen.js';
import { MemoryStore } from '../memory-store.js';
import type { Peer } from '../peer.js';

export const peer: Peer = {
  works: {
    hello() {
      const greeter = new Greeter();
      const router = new Router();
      router.get('/hello', (ctx) => {
        ctx.body = greeter.greet();
      });
      return start(new Koa(), router);
    },

    user() {
      const users = new Users();
      const router = new Router();
      router.get('/users/:id', (ctx) => {
        ctx.body = users.find(ctx.params['id'] ?? '');
      });
      return start(new Koa(), router);
    },

    order() {
      const orders = new Orders();
      const router = new Router();
      router.post('/orders', (ctx) => {
        ctx.body = orders.take(ctx.request.body as Order);
      });
      return start(new Koa().use(bodyParser()), router);
    },

    session() {
      const koa = new Koa({ keys: [secret] });
      const router = new Router();
      router.post('/session', (ctx) => {
        if (ctx.session !== null) ctx.session['name'] = visitor;
        ctx.body = { name: visitor };
      });
      router.get('/session', (ctx) => {
        ctx.body = { name: ctx.session?.['name'] as unknown };
      });
      return start(koa.use(createSession({ store: new MemoryStore() }, koa)), router);
    },

    stream() {
      const router = new Router();
      router.get('/stream', (ctx) => {
        ctx.type = textType;
        ctx.body = Readable.from(chunks());
      });
      return start(new Koa(), router);
    },
  },
};

function start(koa: Koa, router: Router): Promise<number> {
  return listen(koa.use(router.routes()).use(router.allowedMethods()));
}
