import { toFastify } from '@verbena/fastify';
import Fastify from 'fastify';
import { portOf } from '../listen.js';
import { host, type Peer } from '../peer.js';
import { verbenaUnder } from '../verbena.js';

export const peer: Peer = verbenaUnder(async (app) => {
  const fastify = Fastify();
  await fastify.register(toFastify(app));
  await fastify.listen({ port: 0, host });
  return portOf(fastify.server);
});
