import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import session from 'express-session';
import { secret } from '../domain.js';
import { portOf } from '../listen.js';
import { modules, PlainBasketModule } from '../nest.js';
import { host, type Peer } from '../peer.js';

const remember = session({ secret, resave: false, saveUninitialized: false });

export const peer: Peer = {
  works: {
    hello: () => start(modules.hello),
    user: () => start(modules.user),
    order: () => start(modules.order),
    scoped: () => start(modules.scoped),
    session: () => start(modules.session, (app) => app.use(remember)),
    stream: () => start(modules.stream),
  },
  plain: {
    scoped: () => start(PlainBasketModule),
  },
};

async function start(module: Type, prepare: (app: NestExpressApplication) => unknown = () => {}): Promise<number> {
  const app = await NestFactory.create<NestExpressApplication>(module, { logger: ['error'] });
  prepare(app);
  await app.listen(0, host);
  return portOf(app.getHttpServer());
}
