import type { Readable } from 'node:stream';
import { Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { transmitFile } from '@verbena/core/files';
import { clientFolder } from '../folders.js';

/** The modules of `@verbena/client`, which browsers import as they are. */
@Handler('GET /client/**:file')
export class SendClient implements HttpHandler {
  processRequest(context: HttpContext): Promise<Readable | undefined> {
    return transmitFile(context, context.request.params['file'] ?? '', { root: clientFolder });
  }
}
