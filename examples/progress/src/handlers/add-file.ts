import { Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { type FileNote, Shelf } from '../shelf.js';
import { FILE_LIMIT_BYTES } from './file-limit.js';
import { knownVisitor } from '../visitor.js';

/** Takes a file that is uploaded, as it arrives: it is never in memory as a whole. */
@Handler({ verb: 'POST', path: '/files', bodyLimitBytes: FILE_LIMIT_BYTES })
export class AddFile implements HttpHandler {
  constructor(private readonly shelf: Shelf) {}

  async processRequest(context: HttpContext): Promise<FileNote> {
    const { request, response, signal } = context;
    const visitor = knownVisitor(context);
    const name = request.query.get('name')?.trim().slice(0, 100) || 'customers.csv';
    const note = await this.shelf.add(visitor, name);
    try {
      await this.shelf.fill(visitor, note.id, request.stream, { signal });
    } catch (error) {
      await this.shelf.remove(visitor, note.id);
      throw error;
    }
    response.status = 201;
    response.headers.set('location', `/files/${note.id}`);
    return note;
  }
}
