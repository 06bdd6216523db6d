import { createServer } from 'node:http';
import type { HandlerApp } from '@verbena/core';
import { toExpress } from '@verbena/express';
import { toFastify } from '@verbena/fastify';
import { listen } from '@verbena/test-hosts';
import { expect } from 'chai';
import express from 'express';
import Fastify from 'fastify';
import type { Serve } from './hosts.test-support.js';
import { OperationsSite } from './operations-site.test-support.js';

/** Hosts that mount an application below a path. */
const mounting: Readonly<Record<string, Serve>> = {
  async toExpress(app: HandlerApp) {
    const server = await listen(createServer(express().use('/api/v1', toExpress(app))));
    return { url: `${server.url}/api/v1`, close: () => server.close(), fetch: (request) => fetch(request) };
  },
  async toFastify(app: HandlerApp) {
    const fastify = Fastify({ forceCloseConnections: true });
    await fastify.register(toFastify(app), { prefix: '/api/v1' });
    const url = await fastify.listen({ port: 0, host: '127.0.0.1' });
    return { url: `${url}/api/v1`, close: () => fastify.close(), fetch: (request) => fetch(request) };
  },
};

for (const [host, serve] of Object.entries(mounting)) {
  describe(`operationHandlers below a path, by ${host}`, () => {
    it('have links that lead there, in answers and in frames', async () => {
      const site = await OperationsSite.open({ serve });
      const visitor = site.visitor();
      const { id, links } = await visitor.start();
      expect(links.self).to.equal(`/api/v1/operations/${id}`);
      const events = await visitor.watch(`/operations/${id}/events`);
      expect((await events.news())?.data?.['links']).to.deep.equal(links);
      await events.leave();
      const { operations } = (await (await visitor.get('/operations')).json()) as { operations: { links: unknown }[] };
      expect(operations.map((operation) => operation.links)).to.deep.equal([links]);
      await site.close();
    });
  });
}
