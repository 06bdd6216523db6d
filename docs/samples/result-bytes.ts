import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

// #region png
@Handler('GET *.png')
class Dot implements HttpHandler {
  processRequest({ response }: HttpContext) {
    response.type = 'image/png'; // without it: application/octet-stream
    return Buffer.from(DOT, 'base64'); // any Uint8Array, ArrayBuffer or Blob
  }
}
// #endregion png

export const app = createApp({ handlers: [Dot] });
