import { Readable } from 'node:stream';
import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import Fastify, { type FastifyInstance } from 'fastify';
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
import { portOf } from '../listen.js';
import { host, type Peer } from '../peer.js';

declare module 'fastify' {
  interface Session {
    name?: string;
  }
}

interface WithId {
  readonly Params: { readonly id: string };
}

export const peer: Peer = {
  works: {
    hello() {
      const greeter = new Greeter();
      return start((fastify) => fastify.get('/hello', async () => greeter.greet()));
    },

    user() {
      const users = new Users();
      return start((fastify) => fastify.get<WithId>('/users/:id', async ({ params }) => users.find(params.id)));
    },

    order() {
      const orders = new Orders();
      return start((fastify) => fastify.post<{ Body: Order }>('/orders', async ({ body }) => orders.take(body)));
    },

    factory() {
      const reports = new Reports();
      return start((fastify) => {
        fastify.get<WithId>('/reports/:id', async ({ params }) => reports.show(params.id));
        fastify.delete<WithId>('/reports/:id', async ({ params }) => reports.drop(params.id));
      });
    },

    scoped: () => start((fastify) => fastify.get('/basket', async () => fill(new Basket()))),

    session: () =>
      start(async (fastify) => {
        await fastify.register(fastifyCookie);
        await fastify.register(fastifySession, { secret, saveUninitialized: false, cookie: { secure: false } });
        fastify.post('/session', async ({ session }) => {
          session.name = visitor;
          return { name: visitor };
        });
        fastify.get('/session', async ({ session }) => ({ name: session.name }));
      }),

    stream: () =>
      start((fastify) =>
        fastify.get('/stream', (_request, reply) => reply.type(textType).send(Readable.from(chunks()))),
      ),
  },
};

async function start(declare: (fastify: FastifyInstance) => unknown): Promise<number> {
  const fastify = Fastify();
  await declare(fastify);
  await fastify.listen({ port: 0, host });
  return portOf(fastify.server);
}
