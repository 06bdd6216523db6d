import { Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { FilesAtRest } from '../files-at-rest.js';
import { type Release, Shelf } from '../shelf.js';
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
    // What comes may take its time, and the file be imported meanwhile.
    const hold = async (): Promise<Release> => (await this.atRest.hold(context)).release;
    await this.shelf.fill(visitor, file.id, context.request.stream, { signal: context.signal, hold });
  }
}
