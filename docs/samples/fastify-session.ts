import {
  createApp,
  Handler,
  type HandlerApp,
  type HttpContext,
  type HttpHandler,
  type SessionStore,
} from '@verbena/core';
import { toFastify } from '@verbena/fastify';
import Fastify from 'fastify';

@Handler({ verb: 'PUT', path: '/name/:name', session: 'required' })
class KeepName implements HttpHandler {
  processRequest({ request, session }: HttpContext) {
    session.set('name', request.params.name);
  }
}

export const app = createApp({ handlers: [KeepName] });

// #region session
export async function createHost(app: HandlerApp, store: SessionStore) {
  const secret = ['the new secret, of 32 letters or more', 'the old secret, of 32 letters or more'];
  const fastify = Fastify();
  await fastify.register(toFastify(app, { session: { store, cookieName: 'shop.sid', maxAgeMs: 60 * 60_000, secret } }));
  return fastify;
}
// #endregion session
