import { Handler, type HttpContext, type HttpHandler } from '@verbena/core';

/** Greets whoever is named in the path. */
@Handler('GET /hello/:name')
export class Greet implements HttpHandler {
  processRequest({ request }: HttpContext): string {
    return `Hello, ${request.params['name']}`;
  }
}
