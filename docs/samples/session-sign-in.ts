import { createApp, Handler, type HttpContext, HttpException, type HttpHandler } from '@verbena/core';
import Keyv from 'keyv';

// #region handlers
@Handler({ verb: 'POST', path: '/sign-in', session: 'required' })
class SignIn implements HttpHandler {
  async processRequest({ request, session }: HttpContext) {
    const form = await request.formData();
    if (form.get('word') !== 'sesame') throw new HttpException(403, 'That is not the word');
    session.set('name', form.get('name'));
    await session.regenerate(); // an identity that nobody knew before
  }
}

@Handler({ verb: 'GET', path: '/me', session: 'readonly' })
class WhoAmI implements HttpHandler {
  processRequest({ session }: HttpContext) {
    if (session.isNew) throw new HttpException(401, 'Sign in first');
    return { name: session.get('name') };
  }
}

@Handler({ verb: 'POST', path: '/sign-out', session: 'required' })
class SignOut implements HttpHandler {
  async processRequest({ session }: HttpContext) {
    await session.abandon();
  }
}
// #endregion handlers

// #region app
export const app = createApp({
  handlers: [SignIn, WhoAmI, SignOut],
  session: { store: new Keyv(), maxAgeMs: 60 * 60_000 },
});
// #endregion app
