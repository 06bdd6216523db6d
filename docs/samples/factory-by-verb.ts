import { createApp, Factory, type HttpContext, type HttpHandler, type HttpHandlerFactory } from '@verbena/core';

// #region factory
class ReadNotes implements HttpHandler {
  processRequest() {
    return ['water the plants'];
  }
}

class WriteNote implements HttpHandler {
  async processRequest({ request, response }: HttpContext) {
    response.status = 201;
    return { noted: await request.text() };
  }
}

@Factory('GET,POST /notes')
class NotesFactory implements HttpHandlerFactory {
  getHandler(_context: HttpContext, verb: string) {
    return verb === 'GET' ? ReadNotes : WriteNote;
  }
}
// #endregion factory

// #region app
export const app = createApp({ handlers: [NotesFactory] });
// #endregion app
