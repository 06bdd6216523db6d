import type { HostAnswer, HostRequest } from './host.js';
import { HttpException } from './http-exception.js';
import { problemAnswer } from './problem.js';
import type { HttpResponse } from './response.js';
import { mergedVary } from './vary.js';

/** A request that failed before anything of its answer was sent. */
export interface FailedRequest {
  readonly host: HostRequest;
  /** What its handler had made of the answer. */
  readonly response: HttpResponse;
  readonly development: boolean;
  /** The verbs its path takes, for `Allow`. */
  allowed(): readonly string[];
  report(error: unknown): void;
}

/** What a request is answered that failed with an error. */
export function failureAnswer(error: unknown, request: FailedRequest): HostAnswer {
  const answer = problemOf(error, request);
  const { headers } = answer;
  // RFC 9110, 15.5.6: a 405 always says what would be allowed.
  if (answer.status === 405 && !headers.has('allow')) headers.set('allow', request.allowed().join(', '));
  // What was found to matter for the answer before the error matters for it as well (RFC 9110, 12.5.5).
  const vary = request.response.headers.get('vary');
  if (vary !== null) headers.set('vary', mergedVary(vary, headers.get('vary') ?? []));
  headers.seal();
  return answer;
}

function problemOf(error: unknown, { host, development, report }: FailedRequest): HostAnswer {
  try {
    return problemAnswer(error, host, development);
  } catch (cause) {
    // What an author put into the exception cannot be sent: a header with a line break, a member that is no JSON.
    report(cause);
    return problemAnswer(new HttpException(500), host, false);
  }
}
