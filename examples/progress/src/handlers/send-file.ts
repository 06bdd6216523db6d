import { basename, dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { Handler, type HttpContext, HttpException, type HttpHandler } from '@verbena/core';
import { transmitFile } from '@verbena/core/files';
import { Shelf } from '../shelf.js';
import { knownVisitor } from '../visitor.js';

/** A file, to be saved under its name. */
@Handler('GET /files/:id')
export class SendFile implements HttpHandler {
  constructor(private readonly shelf: Shelf) {}

  async processRequest(context: HttpContext): Promise<Readable | undefined> {
    const visitor = knownVisitor(context);
    const file = await this.shelf.find(visitor, context.request.params['id'] ?? '');
    if (file === undefined) throw new HttpException(404);
    // A visitor's own, which no cache between may show to others.
    context.response.headers.set('cache-control', 'private, no-cache');
    const path = this.shelf.pathOf(this.shelf.placeOf(visitor, file.id));
    return transmitFile(context, basename(path), { root: dirname(path), downloadAs: file.name });
  }
}
