import { join } from 'node:path';
import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { transmitFile } from '@verbena/core/files';

const root = join(import.meta.dirname, '../guide');

// #region handlers
@Handler('GET /guide/**:file')
class GuideFile implements HttpHandler {
  processRequest(context: HttpContext) {
    return transmitFile(context, context.request.params.file ?? '', { root, maxAgeMs: 60_000 });
  }
}

@Handler('GET /download/glossary')
class DownloadGlossary implements HttpHandler {
  processRequest(context: HttpContext) {
    return transmitFile(context, 'glossary.md', { root, downloadAs: 'Verbena glossary.md' });
  }
}
// #endregion handlers

export const app = createApp({ handlers: [GuideFile, DownloadGlossary] });
