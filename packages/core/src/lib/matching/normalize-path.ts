import { decodePercent } from './percent-encoding.js';

// Decoding these would change what the path means when it is split or decoded next.
const LASTING_ESCAPES = /%(2f|5c|25)/gi;

/**
 * The one spelling of a URL path, so that no mapping can be missed, or reached, by writing a path differently.
 * `\` becomes `/`, `.` and `..` segments (also written `%2e`) are resolved as the WHATWG URL standard does, and every
 * escape is decoded but `%2F`, `%5C` and `%25`, which stay in upper case: they are data inside a segment. Leading and
 * doubled slashes stay. Normalizing twice changes nothing.
 *
 * @param path a path without query, as the client sent it
 * @returns `undefined` when an escape is malformed or not UTF-8, which calls for status 400
 */
export function normalizePath(path: string): string | undefined {
  if (isNormal(path)) return path;
  const decoded = decodePercent(path.replaceAll('\\', '/').replace(LASTING_ESCAPES, keepEscape));
  return decoded === undefined ? undefined : resolveDotSegments(decoded);
}

/** Whether a path is spelt as {@link normalizePath} would spell it, at a glance: `false` may be a false alarm. */
export function isNormal(path: string): boolean {
  return !path.includes('%') && !path.includes('\\') && !(path.includes('.') && mayHaveDotSegment(path));
}

/** Whether a segment can stand in a path that is normal, taken as it is. */
export function isNormalSegment(segment: string): boolean {
  return !/[%\\/]|^\.\.?$/.test(segment);
}

/** Asked only where there is a dot: to look for two characters takes four times as long as for one (`npm run bench -- --parts load`). */
function mayHaveDotSegment(path: string): boolean {
  return path.startsWith('.') || path.includes('/.');
}

function keepEscape(_escape: string, digits: string): string {
  return `%25${digits.toUpperCase()}`;
}

/** WHATWG URL, path state: `..` drops the segment before it, and a dot segment at the end leaves a slash. */
function resolveDotSegments(path: string): string {
  const rooted = path.startsWith('/');
  const segments = (rooted ? path.slice(1) : path).split('/');
  const kept: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const isDotSegment = segment === '.' || segment === '..';
    if (segment === '..') kept.pop();
    if (!isDotSegment) kept.push(segment);
    else if (index === segments.length - 1) kept.push('');
  }
  return (rooted ? '/' : '') + kept.join('/');
}
