import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

const run = promisify(execFile);

// #region handler
@Handler('GET,POST */training/*.async')
class AsyncHandler implements HttpHandler {
  async processRequest({ response, signal }: HttpContext) {
    response.write('<h1>Hello from an asynchronous handler</h1>');
    await response.flush(); // the client has this now

    const { stdout } = await run(process.execPath, ['--version'], { signal });
    response.write(`<p>An external process says ${stdout}</p>`);
  }
}
// #endregion handler

export const app = createApp({ handlers: [AsyncHandler] });
