import type { HttpContext } from '@verbena/core';

/** Answers with what a handler sees of the head of its request, as JSON. */
export function showRequest({ request }: HttpContext): unknown {
  return {
    verb: request.verb,
    url: request.url.href,
    path: request.path,
    query: [...request.query],
    ip: request.ip,
    secure: request.secure,
  };
}
