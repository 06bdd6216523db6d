import { createApp, Factory, type HttpContext, HttpException, type HttpHandler } from '@verbena/core';

const reports = new Map([['7', 'All is well']]);

// #region factory
class ShowReport implements HttpHandler {
  processRequest({ request }: HttpContext) {
    const report = reports.get(request.params.id ?? '');
    if (report === undefined) throw new HttpException(404);
    return report;
  }
}

class DropReport implements HttpHandler {
  processRequest({ request }: HttpContext) {
    reports.delete(request.params.id ?? '');
  }
}

@Factory({ path: '/reports/:id', verbs: { GET: ShowReport, DELETE: DropReport } })
class ReportFactory {}
// #endregion factory

export const app = createApp({ handlers: [ReportFactory] });
