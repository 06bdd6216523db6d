import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { secret } from '../domain.js';
import { portOf } from '../listen.js';
import { modules, PlainBasketModule } from '../nest.js';
import { host, type Peer } from '../peer.js';

export const peer: Peer = {
  works: {
    hello: () => start(modules.hello),
    user: () => start(modules.user),
    order: () => start(modules.order),
    scoped: () => start(modules.scoped),
    session: () =>
      start(modules.session, async (app) => {
        // Its guide takes @fastify/secure-session; with this one it does what the others on Fastify do.
        await app.register(fastifyCookie);
        await app.register(fastifySession, { secret, saveUninitialized: false, cookie: { secure: false } });
      }),
    stream: () => start(modules.stream),
  },
  plain: {
    scoped: () => start(PlainBasketModule),
  },
};

async function start(module: Type, prepare: (app: NestFastifyApplication) => unknown = () => {}): Promise<number> {
  const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), { logger: ['error'] });
  await prepare(app);
  await app.listen(0, host);
  return portOf(app.getHttpServer());
}
