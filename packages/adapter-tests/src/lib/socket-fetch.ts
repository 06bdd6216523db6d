import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';

/** Verbs whose requests name the length of their body also when there is none (RFC 9110, 8.6). */
const WITH_LENGTH = ['POST', 'PUT', 'PATCH'];

/**
 * Asks over HTTP, each time over a connection of its own, which ends when the request is aborted or the body of the answer
 * is cancelled. It adds nothing to the request and keeps nothing, unlike clients with caches and pools.
 *
 * @param streams whether the body is to be sent as it comes, so that its length is not named
 */
export async function fetchOverSocket(request: Request, streams: boolean): Promise<Response> {
  const { method, url, signal } = request;
  const headers: Record<string, string> = Object.fromEntries(request.headers);
  const bytes = streams ? undefined : Buffer.from(await request.arrayBuffer());
  if (bytes !== undefined && (bytes.byteLength > 0 || WITH_LENGTH.includes(method))) {
    headers['content-length'] = String(bytes.byteLength);
  }
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = httpRequest(url, { method, headers, signal, agent: false });
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
  const isEmpty = method === 'HEAD' || status === 204 || status === 205 || status === 304;
  if (isEmpty) message.resume();
  const body = isEmpty ? null : (Readable.toWeb(message) as unknown as ReadableStream<Uint8Array>);
  return new Response(body, { status, headers });
}
