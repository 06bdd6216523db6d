import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';

/** How a request is to be sent. */
export interface AskOptions {
  /** Whether the body is to be sent as it comes, so that its length is not named. */
  readonly streams: boolean;
  /** The certificate to be trusted, over TLS. */
  readonly ca: string | undefined;
}

/** Verbs whose requests name the length of their body also when there is none (RFC 9110, 8.6). */
const WITH_LENGTH = ['POST', 'PUT', 'PATCH'];

/**
 * Asks over HTTP, each time over a connection of its own, which ends when the request is aborted or the body of the answer
 * is cancelled. It adds nothing to the request and keeps nothing, unlike clients with caches and pools.
 */
export async function fetchOverSocket(request: Request, { streams, ca }: AskOptions): Promise<Response> {
  const { method, url, signal } = request;
  const bytes = streams ? undefined : Buffer.from(await request.arrayBuffer());
  const headers = headersFor(request, bytes);
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

/** The header fields of a request, with the length of its body where that is known. */
export function headersFor({ method, headers }: Request, bytes: Uint8Array | undefined): Record<string, string> {
  const fields: Record<string, string> = Object.fromEntries(headers);
  if (bytes !== undefined && (bytes.byteLength > 0 || WITH_LENGTH.includes(method))) {
    fields['content-length'] = String(bytes.byteLength);
  }
  return fields;
}

/** Whether an answer has a body (RFC 9110, 6.4.1). */
export function hasContent(method: string, status: number): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 205 && status !== 304;
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
