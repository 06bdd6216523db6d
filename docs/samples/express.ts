import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { type ExpressNative, toExpress } from '@verbena/express';
import express from 'express';
import session from 'express-session';

declare module 'express-session' {
  interface SessionData {
    liked?: string;
  }
}

// #region handler
@Handler({ verb: 'POST', path: '/like/:song', session: 'required' })
class Like implements HttpHandler {
  processRequest({ request, session, native }: HttpContext) {
    const { res } = native as ExpressNative; // Express' own req and res
    session.set('liked', request.params.song);
    return { user: res.locals.user, liked: request.params.song };
  }
}
// #endregion handler

@Handler({ verb: 'PUT', path: '/title' })
class Rename implements HttpHandler {
  async processRequest({ request }: HttpContext) {
    return { title: await request.json() };
  }
}

// #region express
export const host = express();
host.use(session({ name: 'shop', secret: 'a long secret', resave: false, saveUninitialized: false }));

host.use((req, res, next) => {
  res.locals.user = req.get('x-user') ?? 'nobody';
  res.once('finish', () => console.log(req.method, req.originalUrl, res.statusCode)); // handlers answer through res
  next();
});

host.use('/songs', toExpress(createApp({ handlers: [Like] }))); // POST /songs/like/Yesterday

host.get('/', (req, res) => {
  res.send(`Express' own page, for one who likes ${req.session.liked ?? 'nothing'}`); // no handler has this path
});
// #endregion express

// #region body
host.use(express.json({ verify: (req, _res, bytes) => void Object.assign(req, { rawBody: bytes }) }));
host.use('/albums', toExpress(createApp({ handlers: [Rename] }))); // request.json() reads what rawBody holds
// #endregion body
