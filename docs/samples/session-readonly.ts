import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { toKoa } from '@verbena/koa';
import Koa from 'koa';

// #region handlers
@Handler({ verb: 'PUT', path: '/draft', session: 'required' })
class SaveDraft implements HttpHandler {
  async processRequest({ request, session }: HttpContext) {
    session.set('draft', await request.text()); // however long the client takes to send it
  }
}

@Handler({ verb: 'GET', path: '/draft', session: 'readonly' })
class ShowDraft implements HttpHandler {
  processRequest({ session }: HttpContext) {
    return { draft: session.get('draft') ?? null }; // waits for no SaveDraft
  }
}
// #endregion handlers

export const koa = new Koa().use(toKoa(createApp({ handlers: [SaveDraft, ShowDraft] })));
