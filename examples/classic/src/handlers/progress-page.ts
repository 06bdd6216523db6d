import type { Readable } from 'node:stream';
import { Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { transmitFile } from '@verbena/core/files';
import { publicFolder } from '../public-folder.js';

/** The page with the Start button and the bar. */
@Handler('GET /progress')
export class ProgressPage implements HttpHandler {
  processRequest(context: HttpContext): Promise<Readable | undefined> {
    return transmitFile(context, 'progress.html', { root: publicFolder });
  }
}
