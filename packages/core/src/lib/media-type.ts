import Negotiator from 'negotiator';

const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  ['html', 'text/html'],
  ['json', 'application/json'],
  ['text', 'text/plain'],
  ['xml', 'application/xml'],
]);

/** A media type from its short name (`html`, `json`, `text`, `xml`), or as it is. */
export function mediaTypeOf(name: string): string {
  return SHORT_NAMES.get(name) ?? name;
}

/** The `Content-Type` value for a media type: text without a charset is sent as UTF-8. */
export function contentTypeOf(name: string): string {
  const type = mediaTypeOf(name);
  const needsCharset = (type.startsWith('text/') || type === 'application/xml') && !/;\s*charset=/i.test(type);
  return needsCharset ? `${type}; charset=utf-8` : type;
}

/**
 * The one of the offered types the client likes best (RFC 9110, 12.5.1), as it was offered.
 *
 * @param accept the `Accept` field; null accepts everything
 * @param offered in the server's own order of preference
 */
export function preferredType(accept: string | null, offered: readonly string[]): string | undefined {
  if (accept === null) return offered[0];
  const types = offered.map(mediaTypeOf);
  const [best] = new Negotiator({ headers: { accept } }).mediaTypes(types);
  return best === undefined ? undefined : offered[types.indexOf(best)];
}
