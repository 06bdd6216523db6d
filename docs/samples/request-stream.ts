import { createHash } from 'node:crypto';
import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

// #region handler
@Handler({ verb: 'PUT', path: '/checksum', bodyLimitBytes: 1_000_000_000 })
class Checksum implements HttpHandler {
  async processRequest({ request }: HttpContext) {
    const hash = createHash('sha256');
    for await (const chunk of request.stream) hash.update(chunk); // never the whole body in memory
    return hash.digest('hex');
  }
}
// #endregion handler

export const app = createApp({ handlers: [Checksum] });
