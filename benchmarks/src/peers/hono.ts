import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import { chunks, Greeter, type Order, Orders, textType, Users } from '../domain.js';
import { host, type Peer } from '../peer.js';

export const peer: Peer = {
  works: {
    hello() {
      const greeter = new Greeter();
      return start(new Hono().get('/hello', (c) => c.text(greeter.greet())));
    },

    user() {
      const users = new Users();
      return start(new Hono().get('/users/:id', (c) => c.json(users.find(c.req.param('id')))));
    },

    order() {
      const orders = new Orders();
      return start(new Hono().post('/orders', async (c) => c.json(orders.take(await c.req.json<Order>()))));
    },

    stream: () =>
      start(
        new Hono().get('/stream', (c) => {
          c.header('Content-Type', textType);
          return stream(c, async (out) => {
            for await (const chunk of chunks()) await out.write(chunk);
          });
        }),
      ),
  },
};

/** Serves whatever answers a `Request`, on Hono's server for Node. */
export function start(app: { readonly fetch: (request: Request) => Response | Promise<Response> }): Promise<number> {
  return new Promise((resolve) => {
    serve({ fetch: app.fetch, port: 0, hostname: host }, ({ port }) => resolve(port));
  });
}
