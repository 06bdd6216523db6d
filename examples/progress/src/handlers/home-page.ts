import type { Readable } from 'node:stream';
import { Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { transmitFile } from '@verbena/core/files';
import { publicFolder } from '../folders.js';
import { welcome } from '../visitor.js';

/** The page. Whoever opens it is known from then on. */
@Handler('GET /')
export class HomePage implements HttpHandler {
  processRequest(context: HttpContext): Promise<Readable | undefined> {
    welcome(context);
    return transmitFile(context, 'index.html', { root: publicFolder });
  }
}
