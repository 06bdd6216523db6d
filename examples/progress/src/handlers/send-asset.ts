import type { Readable } from 'node:stream';
import { Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { transmitFile } from '@verbena/core/files';
import { publicFolder } from '../folders.js';

/** Style sheet and script of the page. */
@Handler('GET /assets/:file')
export class SendAsset implements HttpHandler {
  processRequest(context: HttpContext): Promise<Readable | undefined> {
    return transmitFile(context, context.request.params['file'] ?? '', { root: publicFolder });
  }
}
