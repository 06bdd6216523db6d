import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

// #region handlers
@Handler('POST /language/:code')
class ChooseLanguage implements HttpHandler {
  processRequest({ request, response }: HttpContext) {
    response.cookies.set('language', request.params.code ?? 'en', { maxAge: 365 * 24 * 60 * 60 });
    response.redirect('/', 303); // the browser now asks for / with GET
  }
}

@Handler('GET /')
class Home implements HttpHandler {
  processRequest({ request }: HttpContext) {
    return request.cookies.get('language') === 'de' ? 'Guten Tag' : 'Good day';
  }
}

@Handler('POST /forget')
class Forget implements HttpHandler {
  processRequest({ response }: HttpContext) {
    response.cookies.delete('language');
  }
}
// #endregion handlers

export const app = createApp({ handlers: [ChooseLanguage, Home, Forget] });
