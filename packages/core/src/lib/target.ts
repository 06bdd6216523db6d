const QUESTION_MARK = '?'.charCodeAt(0);
const HASH = '#'.charCodeAt(0);

/** Path of a request target, or of a URL, without its query (RFC 9112, 3.2). */
export function pathOf(target: string): string {
  // A loop costs a quarter of a search by expression (`npm run bench`, hello).
  const path = target.startsWith('/') ? target : withoutAuthority(target);
  for (let index = 0; index < path.length; index += 1) {
    const code = path.charCodeAt(index);
    if (code === QUESTION_MARK || code === HASH) return path.slice(0, index);
  }
  return path;
}

/**
 * Absolute URL of a request (RFC 9112, 3.3).
 *
 * @param host what the client says it asked; a client of HTTP/1.0 need not say anything
 * @returns an empty text when the host is none (RFC 9112, 3.2), as then nobody knows what was asked for
 */
export function urlOf(protocol: 'http' | 'https', host: string | undefined, target: string): string {
  // A URL of this kind must have a host (RFC 9110, 4.2.1); taken for one, it would be found in the path.
  if (ABSOLUTE.test(target)) return NO_AUTHORITY.test(target) ? '' : target;
  if (host === undefined || host === '') return `${protocol}://localhost${target}`;
  return isHost(host) ? `${protocol}://${host}${target}` : '';
}

/** Whether a text is no more than a host with its port: nothing in it leads to another path, and it is one and not two. */
export function isHost(text: string): boolean {
  return !NOT_IN_HOST.test(text);
}

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\//i;
const NO_AUTHORITY = /^[^:]*:\/\/([/?#\\]|$)/;

/** What would end the host and begin another part of the URL, or put a user before it (RFC 3986, 3.2). */
const NOT_IN_HOST = /[\s/?#@\\]/;

function withoutAuthority(target: string): string {
  const authority = ABSOLUTE.exec(target)?.[0].length;
  // The target of `OPTIONS *` (RFC 9112, 3.2.4) is not a path either.
  if (authority === undefined) return target;
  const rest = target.slice(authority);
  const end = rest.search(/[/?#]/);
  if (end < 0) return '/';
  return rest[end] === '/' ? rest.slice(end) : `/${rest.slice(end)}`;
}
