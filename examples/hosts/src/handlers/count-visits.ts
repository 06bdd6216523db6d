import { Handler, type HttpContext, type HttpHandler } from '@verbena/core';

/** Counts how often a visitor has come, in the visitor's session. */
@Handler({ verb: 'GET', path: '/visits', session: 'required' })
export class CountVisits implements HttpHandler {
  processRequest({ session }: HttpContext): { readonly visits: number } {
    const visits = Number(session.get('visits') ?? 0) + 1;
    session.set('visits', visits);
    return { visits };
  }
}
