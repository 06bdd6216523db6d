import type { Readable } from 'node:stream';
import { Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { transmitFile } from '@verbena/core/files';
import { publicFolder } from '../public-folder.js';

/** Sends a file of the public folder, whole, in part, or not at all when the client has it already. */
@Handler('GET /files/:file')
export class SendFile implements HttpHandler {
  processRequest(context: HttpContext): Promise<Readable | undefined> {
    return transmitFile(context, context.request.params['file'] ?? '', { root: publicFolder });
  }
}
