import { randomBytes } from 'node:crypto';
import type { HttpContext } from '@verbena/core';

/** Where the session keeps whose operations are shown. Its own identity would not do: that changes when somebody signs in. */
const KEY = 'operationsOwner';

/**
 * The owner that a session stands for: a random text, kept in it from the first start on. Undefined where there is none yet and
 * the session may only be read.
 */
export function sessionOwner({ session }: HttpContext): string | undefined {
  const known = session.get(KEY);
  if (typeof known === 'string') return known;
  return session.isReadOnly ? undefined : newSessionOwner(session);
}

/** As {@link sessionOwner}, for those who cannot do without. Throws as `session.set` does where it may not be changed. */
export function ensureSessionOwner({ session }: HttpContext): string {
  const known = session.get(KEY);
  return typeof known === 'string' ? known : newSessionOwner(session);
}

function newSessionOwner(session: HttpContext['session']): string {
  const owner = randomBytes(16).toString('base64url');
  session.set(KEY, owner);
  return owner;
}
