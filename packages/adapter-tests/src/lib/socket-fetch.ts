import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { type AskOptions, hasContent, partsOf } from './asking.js';

/**
 * Asks over HTTP, each time over a connection of its own, which ends when the request is aborted or the body of the answer
 * is cancelled. It adds nothing to the request and keeps nothing, unlike clients with caches and pools.
 */
export async function fetchOverSocket(request: Request, { streams, ca }: AskOptions): Promise<Response> {
  const { method, url, signal } = request;
  const { headers, bytes } = await partsOf(request, streams);
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { method, headers, signal, agent: false };
    const outgoing = url.startsWith('https:') ? httpsRequest(url, { ...options, ca }) : httpRequest(url, options);
    outgoing.once('response', resolve);
    // An answer that comes before the body has gone out stands, whatever then becomes of the body.
    outgoing.on('error', reject);
    if (bytes !== undefined) outgoing.end(bytes);
    else
      Readable.fromWeb(request.body as unknown as NodeReadableStream)
        .on('error', reject)
        .pipe(outgoing);
  });
  return responseOf(message, method);
}

function responseOf(message: IncomingMessage, method: string): Response {
  const status = message.statusCode ?? 0;
  const headers = new Headers();
  for (let index = 0; index < message.rawHeaders.length; index += 2) {
    headers.append(message.rawHeaders[index] ?? '', message.rawHeaders[index + 1] ?? '');
  }
  const isEmpty = !hasContent(method, status);
  if (isEmpty) message.resume();
  const body = isEmpty ? null : (Readable.toWeb(message) as unknown as ReadableStream<Uint8Array>);
  return new Response(body, { status, headers });
}
