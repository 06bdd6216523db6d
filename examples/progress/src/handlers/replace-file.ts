import { Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { FilesAtRest } from '../files-at-rest.js';
import { Shelf } from '../shelf.js';
import { FILE_LIMIT_BYTES } from './file-limit.js';

/** Takes the content of a file anew, after somebody has mended it. */
@Handler({ verb: 'PUT', path: '/files/:id', bodyLimitBytes: FILE_LIMIT_BYTES })
export class ReplaceFile implements HttpHandler {
  constructor(
    private readonly shelf: Shelf,
    private readonly atRest: FilesAtRest,
  ) {}

  async processRequest(context: HttpContext): Promise<void> {
    const { visitor, file } = await this.atRest.of(context);
    await this.shelf.fill(visitor, file.id, context.request.stream, context.signal);
  }
}
