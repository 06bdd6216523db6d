import { randomBytes } from 'node:crypto';
import { type HttpContext, HttpException } from '@verbena/core';

const COOKIE = 'visitor';
const LASTS_SECONDS = 30 * 24 * 60 * 60;

/** Who a request comes from: a random text in a cookie, which stands for the id of a user who has signed in. */
export function visitorOf({ request }: HttpContext): string | undefined {
  const visitor = request.cookies.get(COOKIE);
  return visitor !== undefined && /^[\w-]{22}$/.test(visitor) ? visitor : undefined;
}

/** As {@link visitorOf}. @throws HttpException 403 when it is not known */
export function knownVisitor(context: HttpContext): string {
  const visitor = visitorOf(context);
  if (visitor === undefined) throw new HttpException(403, 'Open the page first');
  return visitor;
}

/** Makes whoever has opened the page known, for a month from now. */
export function welcome(context: HttpContext): void {
  const visitor = visitorOf(context) ?? randomBytes(16).toString('base64url');
  const { secure } = context.request;
  context.response.cookies.set(COOKIE, visitor, { maxAge: LASTS_SECONDS, secure });
}
