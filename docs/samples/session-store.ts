import {
  createApp,
  Handler,
  type HandlerApp,
  type HttpContext,
  type HttpHandler,
  type SessionStore,
} from '@verbena/core';
import { toKoa } from '@verbena/koa';
import Koa from 'koa';

@Handler({ verb: 'PUT', path: '/name/:name', session: 'required' })
class KeepName implements HttpHandler {
  processRequest({ request, session }: HttpContext) {
    session.set('name', request.params.name);
  }
}

export const app = createApp({ handlers: [KeepName] });

// #region koa
export function createKoa(app: HandlerApp, store: SessionStore) {
  const session = { store, cookieName: 'shop.sid', maxAgeMs: 60 * 60_000 };
  return new Koa().use(toKoa(app, { session }));
}
// #endregion koa
