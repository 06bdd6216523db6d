import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { portOf } from '../listen.js';
import { host } from '../peer.js';
import { moduleOf } from './nest-controllers.js';

export async function start(count: number): Promise<number> {
  const app = await NestFactory.create<NestExpressApplication>(moduleOf(count), { logger: ['error'] });
  await app.listen(0, host);
  return portOf(app.getHttpServer());
}
