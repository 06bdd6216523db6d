import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

// #region handler
@Handler('GET /cities/:city/**:place')
class ShowRequest implements HttpHandler {
  processRequest({ request }: HttpContext) {
    return {
      city: request.params.city,
      place: request.params.place,
      page: Number(request.query.get('page') ?? 1),
      tags: request.query.getAll('tag'),
      language: request.headers.get('accept-language') ?? 'any',
      theme: request.cookies.get('theme') ?? 'light',
      host: request.url.host,
      secure: request.secure,
    };
  }
}
// #endregion handler

export const app = createApp({ handlers: [ShowRequest] });
