import { Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { FilesAtRest } from '../files-at-rest.js';
import { Shelf } from '../shelf.js';

/** Removes a file. What was imported from it stays. */
@Handler('DELETE /files/:id')
export class RemoveFile implements HttpHandler {
  constructor(
    private readonly shelf: Shelf,
    private readonly atRest: FilesAtRest,
  ) {}

  async processRequest(context: HttpContext): Promise<void> {
    const { visitor, file, release } = await this.atRest.hold(context);
    try {
      await this.shelf.remove(visitor, file.id);
    } finally {
      await release();
    }
  }
}
