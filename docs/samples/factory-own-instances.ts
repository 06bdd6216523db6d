import { createApp, Factory, type HttpContext, type HttpHandler, type HttpHandlerFactory } from '@verbena/core';

// #region factory
class Counter implements HttpHandler {
  constructor(readonly number: number) {}

  async processRequest({ request }: HttpContext) {
    const letter = await request.text();
    return `Counter ${this.number} took your letter of ${letter.length} characters`;
  }
}

class AllCountersBusy implements HttpHandler {
  processRequest({ response }: HttpContext) {
    response.status = 503;
    response.headers.set('retry-after', '5');
    return 'Every counter is busy';
  }
}

@Factory('POST /letters')
class PostOffice implements HttpHandlerFactory {
  readonly #free = [new Counter(2), new Counter(1)];

  getHandler() {
    return this.#free.pop() ?? AllCountersBusy; // an instance of its own, or a class
  }

  releaseHandler(handler: HttpHandler) {
    if (handler instanceof Counter) this.#free.push(handler);
  }
}
// #endregion factory

export const app = createApp({ handlers: [PostOffice] });
