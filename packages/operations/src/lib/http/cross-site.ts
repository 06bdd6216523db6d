import type { HttpRequest } from '@verbena/core';
import { problem } from './problems.js';

/**
 * Refuses a request that another site has a browser send with its visitor's cookies. Programs other than browsers send
 * neither of the headers this is told by, and pass.
 *
 * @param allowed origins that may: `https://admin.example.org`
 * @throws HttpException 403 `cross-site`
 */
export function refuseCrossSite(request: HttpRequest, allowed: ReadonlySet<string>): void {
  const origin = request.headers.get('origin');
  if (origin !== null && allowed.has(origin)) return;
  const site = request.headers.get('sec-fetch-site');
  const isForeign = origin === null ? false : !isOwn(origin, request);
  if (site === 'cross-site' || isForeign) throw problem(403, 'cross-site');
}

/** Whether an origin names this server. Behind a proxy that ends TLS only the scheme may differ, and only that way. */
function isOwn(origin: string, { url, secure }: HttpRequest): boolean {
  if (!URL.canParse(origin)) return false;
  const { host, protocol } = new URL(origin);
  return host === url.host && (protocol === 'https:' || (protocol === 'http:' && !secure));
}
