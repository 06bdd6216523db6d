import { Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { Shelf, type ShelvedFile } from '../shelf.js';
import { visitorOf } from '../visitor.js';

/** A visitor's files, newest first, each with the operation that has last worked on it. */
@Handler('GET /files')
export class ListFiles implements HttpHandler {
  constructor(private readonly shelf: Shelf) {}

  async processRequest(context: HttpContext): Promise<readonly ShelvedFile[]> {
    context.response.headers.set('cache-control', 'no-store');
    const visitor = visitorOf(context);
    return visitor === undefined ? [] : this.shelf.list(visitor);
  }
}
