import { once } from 'node:events';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

/** @import { AdapterHost } from '@verbena/adapter-tests' */

/** `app.fetch` mounted in Hono, among middleware of its own, on its server for Node. @type {readonly AdapterHost[]} */
export const contractHosts = [
  {
    name: 'Hono',
    hasMiddleware: true,
    async start(app, { before, after }) {
      const hono = new Hono();
      hono.use(async (context, next) => {
        for (const [name, value] of Object.entries(before)) context.res.headers.set(name, value);
        await next();
        after(context.res.status);
      });
      hono.mount('/', app.fetch);
      const server = serve({ fetch: hono.fetch, hostname: '127.0.0.1', port: 0 });
      await once(server, 'listening');
      return {
        url: `http://127.0.0.1:${server.address().port}`,
        async close() {
          const closed = once(server, 'close');
          server.close();
          server.closeAllConnections();
          await closed;
        },
      };
    },
  },
];
