import { Handler, type HttpHandler } from '@verbena/core';

/** Fails with an error nobody expected: the log gets all of it, the client a plain 500. */
@Handler('GET /broken')
export class BrokenHandler implements HttpHandler {
  processRequest(): never {
    throw new Error('The greenhouse is locked: the key of bed 7 is not on its hook');
  }
}
