import type { HttpContext } from '@verbena/core';
import { isTerminal } from '../view.js';
import type { OperationsEndpoint } from './endpoint.js';
import { problem, retryAfter } from './problems.js';

/** What an operation gave: as JSON, with a media type of its own, or by the place where it lies. */
export async function showResult(endpoint: OperationsEndpoint, context: HttpContext): Promise<unknown> {
  const { request, response } = context;
  const { operation } = await endpoint.see(context, request.params['id']);
  response.headers.set('cache-control', 'private, no-cache');
  if (!isTerminal(operation)) throw problem(409, 'not-finished', undefined, retryAfter(1));
  if (operation.state !== 'succeeded') {
    response.status = 409;
    if (operation.error === undefined) throw problem(409, 'no-result', 'It was cancelled');
    response.type = 'application/problem+json';
    return { ...operation.error, status: 409 };
  }
  if (!operation.hasStoredResult) return inlineResult(context, operation.result);
  const result = await endpoint.operations.openResult(operation.id);
  if (result === undefined) throw problem(410, 'result-expired');
  if (result.content instanceof URL) {
    response.redirect(result.content.href, 303);
    return undefined;
  }
  response.type = result.type;
  if (result.bytes !== undefined) response.headers.set('content-length', result.bytes);
  // Whatever a handler made of what it was given must not run as a page of this site.
  response.headers.set('x-content-type-options', 'nosniff');
  response.headers.set('content-security-policy', 'sandbox');
  return result.content;
}

/** Text, too, goes as JSON: nothing is guessed from how it begins. */
function inlineResult({ response }: HttpContext, result: unknown): string | undefined {
  if (result === undefined) return undefined;
  response.type = 'json';
  return JSON.stringify(result);
}
