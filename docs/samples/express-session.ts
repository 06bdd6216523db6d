import {
  createApp,
  Handler,
  type HandlerApp,
  type HttpContext,
  type HttpHandler,
  type SessionStore,
} from '@verbena/core';
import { toExpress } from '@verbena/express';
import express from 'express';

@Handler({ verb: 'PUT', path: '/name/:name', session: 'required' })
class KeepName implements HttpHandler {
  processRequest({ request, session }: HttpContext) {
    session.set('name', request.params.name);
  }
}

export const app = createApp({ handlers: [KeepName] });

// #region session
export function createHost(app: HandlerApp, store: SessionStore) {
  const session = { store, cookieName: 'shop.sid', maxAgeMs: 60 * 60_000, secret: ['new secret', 'old secret'] };
  return express().use(toExpress(app, { session }));
}
// #endregion session
