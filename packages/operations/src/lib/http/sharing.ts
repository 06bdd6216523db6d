import type { HttpContext, HttpRequest } from '@verbena/core';
import { notFound } from './problems.js';
import type { Share, ShareTokens } from './share-token.js';

/** Header in which a program shows a token. */
const HEADER = 'operation-token';

/** Cookie in which a browser does. It goes to one operation's own paths alone, so each has one by this name. */
const COOKIE = 'verbena.share';

/** Whether a request shows a token for an operation. None is read from its URL, which ends up in logs and in the history. */
export function showsShare(request: HttpRequest, id: string, shares: ShareTokens | undefined): boolean {
  return (
    shares !== undefined && [request.headers.get(HEADER), cookieOf(request)].some((token) => isFor(id, token, shares))
  );
}

/**
 * Puts the token that a request shows in its header into a cookie, for a page that found it in the fragment of its own URL:
 * an event stream of a browser can send no header.
 *
 * @throws HttpException 404 when it shows none for this operation
 */
export function keepShare(
  { request, response }: HttpContext,
  id: string,
  shares: ShareTokens | undefined,
  path: string,
): void {
  const token = request.headers.get(HEADER);
  const share = token === null ? undefined : shares?.read(token);
  if (token === null || share?.id !== id) throw notFound();
  response.cookies.set(COOKIE, token, {
    path,
    httpOnly: true,
    sameSite: 'lax',
    secure: request.secure,
    maxAge: secondsLeft(share),
  });
}

function secondsLeft({ expiresAt }: Share): number {
  return Math.max(1, Math.floor((expiresAt - Date.now()) / 1000));
}

function isFor(id: string, token: string | null | undefined, shares: ShareTokens): boolean {
  return token != null && shares.read(token)?.id === id;
}

/** The cookie, if it can be read: a malformed one is no token. */
function cookieOf({ cookies }: HttpRequest): string | undefined {
  try {
    return cookies.get(COOKIE);
  } catch {
    return undefined;
  }
}
