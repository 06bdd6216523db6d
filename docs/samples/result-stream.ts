import { createReadStream } from 'node:fs';
import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

// #region web
@Handler('GET /letter.gz')
class PackedLetter implements HttpHandler {
  processRequest({ response }: HttpContext) {
    response.type = 'application/gzip';
    return new Blob(['Dear reader, ', 'this was packed on its way.'])
      .stream()
      .pipeThrough(new CompressionStream('gzip'));
  }
}
// #endregion web

// #region node
@Handler('GET /source')
class OwnSource implements HttpHandler {
  processRequest({ response }: HttpContext) {
    response.type = 'text';
    return createReadStream(import.meta.filename);
  }
}
// #endregion node

export const app = createApp({ handlers: [PackedLetter, OwnSource] });
