import type { HttpContext } from './context.js';
import type { HttpHandler } from './handler.js';
import { HttpException } from './http-exception.js';

/** Answers 404 (aspnet-handlers.md F5). */
export class NotFoundHandler implements HttpHandler {
  readonly isReusable = true;

  processRequest(): never {
    throw new HttpException(404);
  }
}

/** Answers 403 (aspnet-handlers.md F5). */
export class ForbiddenHandler implements HttpHandler {
  readonly isReusable = true;

  processRequest(): never {
    throw new HttpException(403);
  }
}

/** Answers 405 with the verbs that other mappings of the path take in `Allow` (aspnet-handlers.md F5; RFC 9110, 15.5.6). */
export class MethodNotAllowedHandler implements HttpHandler {
  readonly isReusable = true;

  processRequest({ request }: HttpContext): never {
    throw new HttpException(405, `${request.verb} is not allowed here`);
  }
}

/** Answers 501 (aspnet-handlers.md F5). */
export class NotImplementedHandler implements HttpHandler {
  readonly isReusable = true;

  processRequest(): never {
    throw new HttpException(501);
  }
}
