import { toFastify } from '@verbena/fastify';
import Fastify from 'fastify';
import { app } from './app.js';

const fastify = Fastify();
await fastify.register(toFastify(app));
await fastify.listen({ port: Number(process.env['PORT'] ?? 3000) });
console.log('Fastify listens on', fastify.server.address());
