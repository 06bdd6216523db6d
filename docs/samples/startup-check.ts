import { createApp, Handler, type HttpHandler } from '@verbena/core';
import { container, inject, injectable } from 'tsyringe';

interface Mail {
  send(text: string): void;
}

// #region faults
@injectable()
class Report {
  constructor(@inject('mail') readonly mail: Mail) {} // nobody registers 'mail'
}

@Handler('GET /report')
class ReportHandler implements HttpHandler {
  constructor(
    readonly report: Report,
    readonly title: string, // nothing says which string
  ) {}

  processRequest() {
    this.report.mail.send(this.title);
  }
}

@Handler('get /reports/:id/:id') // no client sends "get", and one name stands twice
class OldReportHandler implements HttpHandler {
  processRequest() {}
}

export function createFaultyApp() {
  return createApp({
    handlers: [ReportHandler, OldReportHandler],
    container: container.createChildContainer(),
  });
}
// #endregion faults
