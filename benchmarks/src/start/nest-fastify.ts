import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { portOf } from '../listen.js';
import { host } from '../peer.js';
import { moduleOf } from './nest-controllers.js';

export async function start(count: number): Promise<number> {
  const adapter = new FastifyAdapter();
  const app = await NestFactory.create<NestFastifyApplication>(moduleOf(count), adapter, { logger: ['error'] });
  await app.listen(0, host);
  return portOf(app.getHttpServer());
}
