import type { AnswerStream } from './host.js';
import { byteLength } from './length.js';
import type { HttpResponse } from './response.js';

/** Whether an answer has no content whatever its handler made (RFC 9110, 6.4.1). */
export function hasNoContent(verb: string, status: number): boolean {
  return verb === 'HEAD' || status === 204 || status === 205 || status === 304;
}

/** Completes the head of an answer: gives its status and sets the headers that follow from its body. */
export function completeHead(
  response: HttpResponse,
  body: string | Uint8Array | AnswerStream | null,
  verb: string,
): number {
  const { headers, chosenStatus } = response;
  const status = chosenStatus ?? (body === null ? 204 : 200);
  const isHead = verb === 'HEAD';
  if (body === null && !isHead) headers.delete('content-type');
  // RFC 9110, 8.6: none with 204; with HEAD what GET would have, which a handler of HEAD alone knows itself.
  if (status === 204 || status === 304) headers.delete('content-length');
  else if (status === 205) headers.put('content-length', '0');
  else if (body === null) {
    if (!isHead || !headers.has('content-length')) headers.put('content-length', '0');
  } else if (typeof body === 'string' || body instanceof Uint8Array) {
    headers.put('content-length', String(typeof body === 'string' ? byteLength(body) : body.byteLength));
  }
  return status;
}
