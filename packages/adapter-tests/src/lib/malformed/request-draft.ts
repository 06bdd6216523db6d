import type { SeededRandom } from '../random.js';
import type { Texts } from './fault.js';

/** What ends a line (RFC 9112, 2.1). */
export const CRLF = '\r\n';

/** A request, taken apart so that each part can be spoilt. */
export interface RequestDraft {
  verb: string;
  target: string;
  version: string;
  blank: string;
  lineEnd: string;
  headers: string[];
  body: string;
}

const TYPES: Texts = [
  'text/plain',
  'application/json',
  'application/x-www-form-urlencoded',
  'application/octet-stream',
];
const BODIES: Texts = ['some text', '{"a":[1,2]}', 'a=1&b=%C3%BC', 'x'.repeat(3000)];
const HEADERS: Texts = [
  'Accept: text/html, */*;q=0.5',
  'Cookie: a=1; b=%20',
  'If-None-Match: "a"',
  'Range: bytes=0-1',
  'X-Forwarded-For: 203.0.113.9',
  'Connection: keep-alive',
];

/** A request that is as it should be. */
export function properRequest(random: SeededRandom): RequestDraft {
  const verb = random.pick(['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS', 'DELETE']);
  const folder = random.pick(['text', 'json', 'form', 'stream', 'ignored', 'session']);
  const headers = ['Host: verbena.test', random.pick(HEADERS), random.pick(HEADERS)];
  let body = '';
  if (verb === 'POST' || verb === 'PUT') {
    const content = random.pick(BODIES);
    const isChunked = random.below(2) === 0;
    body = isChunked ? chunked(content) : content;
    headers.push(`Content-Type: ${random.pick(TYPES)}`);
    headers.push(isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${content.length}`);
  }
  return { verb, target: `/${folder}/a%20b?q=1&q=2`, version: 'HTTP/1.1', blank: ' ', lineEnd: CRLF, headers, body };
}

function chunked(content: string): string {
  const middle = Math.floor(content.length / 2);
  const chunks = [content.slice(0, middle), content.slice(middle), ''];
  return chunks.map((chunk) => `${chunk.length.toString(16)}${CRLF}${chunk}${CRLF}`).join('');
}

/** The request as it is sent. */
export function textOf({ verb, target, version, blank, lineEnd, headers, body }: RequestDraft): string {
  return `${[[verb, target, version].join(blank), ...headers].join(lineEnd)}${lineEnd}${lineEnd}${body}`;
}
