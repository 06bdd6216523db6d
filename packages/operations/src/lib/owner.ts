import { createHmac } from 'node:crypto';

/** An owner as records have it: a keyed hash, so that a copy of the store does not list users. */
export function hashOwner(owner: string, secret: string): string {
  return createHmac('sha256', secret).update(owner).digest('base64url');
}
