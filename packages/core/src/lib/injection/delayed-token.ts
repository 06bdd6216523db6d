/** What delay() gives. */
interface Delayed {
  wrap(): unknown;
}

/** Whether the token was written with delay(). */
export function isDelayed(token: unknown): token is Delayed {
  return typeof token === 'object' && token !== null && 'createProxy' in token;
}

/** The token itself, also of one that is delayed. */
export function tokenOf(token: unknown): unknown {
  return isDelayed(token) ? token.wrap() : token;
}
