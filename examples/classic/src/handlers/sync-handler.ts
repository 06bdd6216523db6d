import { Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { homeLink, pageEnd, pageStart } from '../page.js';

/** The synchronous classic: everything is written before `processRequest` returns. */
@Handler('GET,POST */training/*.sync')
export class SyncHandler implements HttpHandler {
  // True would keep the instance in a pool and use it again.
  readonly isReusable = false;

  processRequest({ request, response }: HttpContext): void {
    response.write(`${pageStart('Synchronous').text}<main class="reading">${homeLink().text}`);
    response.write('<h1>Hello from a synchronous custom HTTP handler.</h1>');
    response.write(`<p>It answered <code>${request.verb}</code> at once.</p>`);
    response.write(`</main>${pageEnd().text}`);
  }
}
