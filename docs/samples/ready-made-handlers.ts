import { createApp, ForbiddenHandler, Handler, type HttpHandler, NotFoundHandler } from '@verbena/core';

// #region handlers
@Handler('*.config,*.cs')
class SourceFiles extends ForbiddenHandler {} // 403

@Handler('/admin/**')
class Admin extends NotFoundHandler {} // 404, whatever is asked

@Handler('GET /admin/health')
class Health implements HttpHandler {
  processRequest() {
    return 'fine';
  }
}
// #endregion handlers

export const app = createApp({ handlers: [SourceFiles, Admin, Health] });
