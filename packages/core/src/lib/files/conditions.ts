import type { HttpContext } from '../context.js';
import { HttpException } from '../http-exception.js';

/** What the conditions of a request are compared with. */
export interface FileState {
  readonly size: number;
  readonly modified: Date;
}

/**
 * The request's header fields that say which part of a file is wanted, and whether it is wanted at all: only those that count,
 * as `@fastify/send` is to read them.
 *
 * @throws HttpException 412 when none but another file is wanted
 */
export function conditionsOf({ request, response }: HttpContext, file: FileState): Record<string, string> {
  // RFC 9110, 13.2.1 and 14.2: they are about an answer 200, and the handler gives another, such as a page for 404.
  if (response.status !== 200) return {};
  const { headers, verb } = request;
  const ifMatch = headers.get('if-match');
  // RFC 9110, 13.1.1: compared strongly, and the library's tags are weak.
  if (ifMatch !== null && ifMatch.trim() !== '*') throw new HttpException(412);
  const heeded = ['if-none-match'];
  // RFC 9110, 13.1.4: what If-Match says goes before.
  if (ifMatch === null) heeded.push('if-unmodified-since');
  // RFC 9110, 13.1.3; and the library looks whether a reload was asked for.
  if (isRetrieval(verb)) heeded.push('if-modified-since', 'cache-control');
  if (isRangeWanted(request, file)) heeded.push('range', 'if-range');
  const conditions: Record<string, string> = {};
  for (const name of heeded) {
    const value = headers.get(name);
    if (value !== null) conditions[name] = name === 'range' ? satisfiable(value, file) : value;
  }
  return conditions;
}

/** Whether a request only asks for what is there, so that "you have it already" is an answer (RFC 9110, 13.1.2). */
export function isRetrieval(verb: string): boolean {
  return verb === 'GET' || verb === 'HEAD';
}

function isRangeWanted({ verb, headers }: HttpContext['request'], { modified }: FileState): boolean {
  const ifRange = headers.get('if-range');
  // RFC 9110, 14.2: ranges are defined for GET alone. 13.1.5: for the very date, or a strong tag, and the library's are weak.
  return verb === 'GET' && (ifRange === null || ifRange === modified.toUTCString());
}

/** A range that asks for more than there is from the end means all there is (RFC 9110, 14.1.2); the library refuses it. */
function satisfiable(range: string, { size }: FileState): string {
  const [, suffix] = /^bytes=-(\d+)$/.exec(range) ?? [];
  return Number(suffix ?? 0) > size && size > 0 ? 'bytes=0-' : range;
}
