import { HttpException, type HttpExceptionOptions } from '@verbena/core';
import { problemType } from '../failure.js';

/** Every problem that the handlers of this entry answer with, by the last part of its `type`. */
export const problemTitles = {
  'not-found': 'There is no such operation',
  forgotten: 'The operation is no longer known',
  'already-finished': 'The operation has already finished',
  'not-finished': 'The operation has not finished yet',
  'not-cancellable': 'The operation cannot be cancelled',
  'read-only': 'The operation may be looked at only',
  'no-owner': 'Whose operation it would be is not known',
  'cross-site': 'Other sites may not do this',
  'invalid-input': 'The input was refused',
  'invalid-query': 'The query was not understood',
  'invalid-key': 'The idempotency key was not understood',
  'key-reused': 'The idempotency key was used with another input',
  'limit-reached': 'Too many operations are under way',
  'too-many-streams': 'Too many event streams are open',
  'engine-away': 'Operations cannot be reached at the moment',
  'result-expired': 'The result is no longer kept',
  'no-result': 'The operation ended without a result',
} as const;

/** A problem of {@link problemTitles}. */
export type ProblemCode = keyof typeof problemTitles;

/** An outcome as the exception that core makes problem details of (RFC 9457). */
export function problem(
  status: number,
  code: ProblemCode,
  detail?: string,
  options: Pick<HttpExceptionOptions, 'headers' | 'extensions' | 'cause'> = {},
): HttpException {
  return new HttpException(status, detail, { ...options, type: problemType(code), title: problemTitles[code] });
}

/** Says that trying again makes sense, and when. */
export function retryAfter(seconds: number): { readonly headers: { readonly 'retry-after': string } } {
  return { headers: { 'retry-after': String(seconds) } };
}

/** The one answer to an id that is unknown, malformed or someone else's: none must tell which. */
export function notFound(): HttpException {
  return problem(404, 'not-found');
}
