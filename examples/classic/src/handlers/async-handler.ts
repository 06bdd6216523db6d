import { Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { markup } from '../markup.js';
import { homeLink, pageEnd, pageStart } from '../page.js';
import { SystemFacts } from '../system-facts.js';

/** The asynchronous classic: sends what it has, waits for an external process, and sends its output as it comes. */
@Handler('GET,POST */training/*.async')
export class AsyncHandler implements HttpHandler {
  constructor(private readonly facts: SystemFacts) {}

  async processRequest({ response, signal }: HttpContext): Promise<void> {
    response.write(`${pageStart('Asynchronous').text}<main class="reading">${homeLink().text}`);
    response.write('<h1>Hello from an asynchronous custom HTTP handler.</h1>');
    response.write(`<p>Begin handler process (process #${process.pid})</p>\n`);
    await response.flush();

    // The client may lose patience; the external process then ends with the request.
    const facts = this.facts.collect(signal);
    response.write(`<p>Executing external process (process #${String(facts.pid)})</p>\n`);
    await response.flush();
    for await (const fact of facts) {
      response.write(markup`<p class="fact">${fact}</p>\n`.text);
      await response.flush();
    }
    response.write(`<p>End handler process (process #${process.pid})</p></main>${pageEnd().text}`);
  }
}
