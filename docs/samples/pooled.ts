import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

/** A drawing table; each handler has its own. */
export class Table {
  async draw(subject: string) {
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="${subject.length % 9}"/></svg>`;
  }

  fold() {}
}

// #region handler
@Handler({ verb: 'GET', path: '/pictures/:subject', pool: { max: 2, idleMs: 30_000 } })
export class PictureHandler implements HttpHandler {
  readonly isReusable = true;
  #subject = '';

  constructor(private readonly table: Table) {}

  async processRequest({ request, response }: HttpContext) {
    this.#subject = request.params.subject ?? '';
    response.type = 'image/svg+xml';
    return await this.table.draw(this.#subject);
  }

  /** Called before the instance goes back to the pool. */
  reset() {
    this.#subject = '';
  }

  /** Called when the pool drops the instance. */
  dispose() {
    this.table.fold();
  }
}
// #endregion handler

export const app = createApp({ handlers: [PictureHandler] });
