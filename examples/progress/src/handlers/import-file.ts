import { Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { startOperation, type WireOperation } from '@verbena/operations/http';
import { FilesAtRest } from '../files-at-rest.js';
import { ImportCustomers } from '../import-customers.js';
import { Shelf } from '../shelf.js';

/** Begins to import a file. The answer is the operation, which goes on. */
@Handler('POST /files/:id/import')
export class ImportFile implements HttpHandler {
  constructor(
    private readonly shelf: Shelf,
    private readonly atRest: FilesAtRest,
  ) {}

  async processRequest(context: HttpContext): Promise<WireOperation> {
    const { visitor, file, release } = await this.atRest.hold(context);
    const { bytes: _bytes, ...note } = file;
    try {
      return await startOperation(context, ImportCustomers, this.shelf.placeOf(visitor, file.id), {
        label: file.name,
        // Released before the end is waited for: from now on the note says that the file is worked on.
        onStarted: async (operation) => {
          await this.shelf.note(visitor, { ...note, operation });
          await release();
        },
      });
    } finally {
      await release();
    }
  }
}
