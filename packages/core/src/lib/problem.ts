import { ResponseHeaders } from './headers.js';
import type { HostAnswer, HostRequest } from './host.js';
import { HttpException } from './http-exception.js';
import { byteLength } from './length.js';
import { contentTypeOf, preferredType } from './media-type.js';

/** Problem details as they are sent (RFC 9457, 3.1). */
type Problem = Readonly<Record<string, unknown>> & { readonly title: string; readonly status: number };

/**
 * The answer to a request that an error becomes: problem details (RFC 9457), or HTML for a client that prefers it. Of an
 * error nobody expected it shows nothing, except in development.
 */
export function problemAnswer(
  error: unknown,
  request: Pick<HostRequest, 'verb' | 'headers'>,
  development: boolean,
): HostAnswer {
  const exception = error instanceof HttpException ? error : new HttpException(500);
  const problem = problemOf(exception, development && exception !== error ? error : undefined);
  const accept = request.headers.get('accept');
  const asHtml = preferredType(accept, ['application/problem+json', 'application/json', 'text/html']) === 'text/html';
  const body = asHtml ? htmlOf(problem) : JSON.stringify(problem);
  const headers = new ResponseHeaders();
  for (const [name, value] of Object.entries(exception.headers)) headers.set(name, value);
  if (!variesByAccept(headers)) headers.append('vary', 'Accept');
  headers.set('content-type', asHtml ? contentTypeOf('html') : 'application/problem+json');
  headers.set('content-length', byteLength(body));
  return { status: exception.status, headers, body: request.verb === 'HEAD' ? null : body };
}

function variesByAccept(headers: ResponseHeaders): boolean {
  const names = (headers.get('vary') ?? '').toLowerCase().split(/[\s,]+/);
  return names.includes('accept') || names.includes('*');
}

function problemOf(exception: HttpException, unexpected: unknown): Problem {
  return {
    ...exception.extensions,
    type: exception.type,
    title: exception.title,
    status: exception.status,
    // Where there is none, an extension must not stand for it; undefined is not sent.
    detail: exception.detail,
    ...(unexpected === undefined ? {} : { detail: String(unexpected), stack: stackOf(unexpected) }),
  };
}

/** The error's stack with those of its causes, which may go in a circle. */
function stackOf(error: unknown): string {
  const chain = new Set<unknown>();
  for (let one = error; one !== undefined && !chain.has(one); one = one instanceof Error ? one.cause : undefined) {
    chain.add(one);
  }
  const stacks = Array.from(chain, (one) => (one instanceof Error ? (one.stack ?? String(one)) : String(one)));
  return stacks.join('\ncaused by: ');
}

function htmlOf({ title, status, detail, stack }: Problem): string {
  const parts = [
    `<h1>${status} ${escapeHtml(title)}</h1>`,
    detail === undefined ? '' : `<p>${escapeHtml(String(detail))}</p>`,
    stack === undefined ? '' : `<pre>${escapeHtml(String(stack))}</pre>`,
  ];
  const style =
    ':root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:48rem;margin:4rem auto;padding:0 1rem}pre{overflow:auto}';
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${status} ${escapeHtml(title)}</title><style>${style}</style></head><body>${parts.join('')}</body></html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
