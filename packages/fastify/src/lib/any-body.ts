import type { FastifyRequest, preParsingHookHandler } from 'fastify';

/**
 * Lets Fastify take bodies of every type and of none, as it would answer 415 for a `Content-Type` that is malformed, and 400
 * for QUERY without one, before any handler is asked. Handlers see the type as it was sent.
 */
export const admitAnyBody: preParsingHookHandler = (request, _reply, _payload, done) => {
  if (!isAdmitted(request)) request.headers = { ...request.headers, 'content-type': 'application/octet-stream' };
  done();
};

/** A media type (RFC 9110, 8.3.1), with parameters or without. */
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+[\t ]*(?:;|$)/;

function isAdmitted({ headers, method }: FastifyRequest): boolean {
  const type = headers['content-type'];
  return type === undefined ? method !== 'QUERY' : MEDIA_TYPE.test(type);
}
