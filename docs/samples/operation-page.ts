import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

// #region page
@Handler('GET /imports/:id')
class ImportPage implements HttpHandler {
  processRequest({ request }: HttpContext) {
    const operation = `/operations/${encodeURIComponent(request.params.id ?? '')}`;
    return `<!doctype html>
      <html lang="en">
        <title>Import</title>
        <link rel="stylesheet" href="/assets/operation-page.css">
        <script type="module" src="/assets/operation-progress.js"></script>
        <operation-progress src="${operation}" label="Import customers" cancellable>
          <progress></progress> <a href="${operation}">Status</a>
          <a slot="done" href="${operation}/result">Result</a>
        </operation-progress>
      </html>`;
  }
}
// #endregion page

export const app = createApp({ handlers: [ImportPage] });
