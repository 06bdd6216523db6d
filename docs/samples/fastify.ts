import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { type FastifyNative, toFastify } from '@verbena/fastify';
import Fastify from 'fastify';

declare module 'fastify' {
  interface Session {
    liked?: string;
  }
}

// #region handler
@Handler({ verb: 'POST', path: '/like/:song', session: 'required' })
class Like implements HttpHandler {
  processRequest({ request, session, native }: HttpContext) {
    const { request: fastifyRequest } = native as FastifyNative; // Fastify's own request and reply
    session.set('liked', request.params.song);
    return { user: fastifyRequest.getDecorator('user'), liked: request.params.song };
  }
}
// #endregion handler

// #region fastify
export const fastify = Fastify();
await fastify.register(fastifyCookie);
await fastify.register(fastifySession, {
  cookieName: 'shop',
  secret: 'a secret of at least 32 letters, please',
  cookie: { secure: 'auto' },
});

fastify.decorateRequest('user', '');
fastify.addHook('onRequest', async (request) => {
  request.setDecorator('user', request.headers['x-user'] ?? 'nobody');
});
fastify.addHook('onSend', async (_request, reply, payload) => {
  reply.header('x-length', String(payload).length); // handlers leave their answers to Fastify
  return payload;
});

const app = createApp({ handlers: [Like] });
await fastify.register(toFastify(app), { prefix: '/songs' }); // POST /songs/like/Yesterday

fastify.get('/', async (request) => `Fastify's own page, for one who likes ${request.session.liked ?? 'nothing'}`);
// #endregion fastify

// #region close
fastify.addHook('preClose', () => app.close({ graceMs: 5_000 }));
// #endregion close
