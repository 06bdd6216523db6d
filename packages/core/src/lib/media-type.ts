import { parse } from 'content-type';

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
  const ranges = rangesOf(accept);
  let best: { readonly name: string; readonly range: MediaRange } | undefined;
  for (const name of offered) {
    const range = rangeFor(mediaTypeOf(name), ranges);
    if (range !== undefined && range.quality > 0 && (best === undefined || isLiked(range, best.range)))
      best = { name, range };
  }
  return best?.name;
}

/** One of the things a client accepts. */
interface MediaRange {
  /** In lower case, without parameters. */
  readonly type: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
  /** From 0 for never to 1. */
  readonly quality: number;
  /** How much it says: a type more than all its subtypes, those more than anything; with parameters more than without. */
  readonly specificity: number;
  /** Its place among the others. */
  readonly position: number;
}

function rangesOf(accept: string): readonly MediaRange[] {
  const ranges: MediaRange[] = [];
  for (let start = 0; start < accept.length; ) {
    const { type, parameters, index } = parse(accept, { comma: true, start });
    const { q, ...others } = parameters;
    start = index + 1;
    if (!type.includes('/')) continue;
    const named = Object.entries(others).map(([name, value]) => [name, String(value).toLowerCase()] as const);
    const specificity = type === '*/*' ? 0 : type.endsWith('/*') ? 2 : 4;
    ranges.push({
      type,
      parameters: named,
      quality: q === undefined ? 1 : Number.parseFloat(q) || 0,
      specificity: specificity + (named.length > 0 ? 1 : 0),
      position: ranges.length,
    });
  }
  return ranges;
}

/** The range that says most of a type, which is the one that counts; of two that say as much the one that likes it more. */
function rangeFor(offered: string, ranges: readonly MediaRange[]): MediaRange | undefined {
  const { type, parameters } = parse(offered);
  let found: MediaRange | undefined;
  for (const range of ranges) {
    if (!isWithin(type, range.type)) continue;
    if (!range.parameters.every(([name, value]) => parameters[name]?.toLowerCase() === value)) continue;
    const more = found === undefined ? 1 : range.specificity - found.specificity || range.quality - found.quality;
    if (more > 0) found = range;
  }
  return found;
}

/** Whether the client likes what one range takes better than what the other does: where it says nothing, what it names first. */
function isLiked(range: MediaRange, than: MediaRange): boolean {
  const more = range.quality - than.quality || range.specificity - than.specificity || than.position - range.position;
  return more > 0;
}

function isWithin(type: string, range: string): boolean {
  if (range === '*/*' || type === range) return true;
  return range.endsWith('/*') && type.startsWith(range.slice(0, -1));
}
