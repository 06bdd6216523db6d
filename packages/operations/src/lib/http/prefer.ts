/** What a client would like of the answer to a start (RFC 7240). */
export interface Preferences {
  /** It wants the answer at once, as long as the work may be under way then. */
  readonly respondsAsync: boolean;
  /** How long it would wait for the work to be done, in seconds; undefined when it did not say. */
  readonly waitSeconds?: number;
}

/** Reads a `Prefer` header. What it does not know, or cannot read, does not count, as the standard wants (RFC 7240, 2). */
export function preferencesOf(header: string | null): Preferences {
  let respondsAsync = false;
  let waitSeconds: number | undefined;
  for (const [name, value] of listed(header ?? '')) {
    if (name === 'respond-async') respondsAsync = true;
    // Of a preference that stands there twice, the first counts.
    else if (name === 'wait' && /^\d{1,9}$/.test(value)) waitSeconds ??= Number(value);
  }
  return waitSeconds === undefined ? { respondsAsync } : { respondsAsync, waitSeconds };
}

/** Name and value of each preference, without its parameters. */
function listed(header: string): (readonly [name: string, value: string])[] {
  return split(header, ',').map((preference) => {
    const [first = ''] = split(preference, ';');
    const equals = first.indexOf('=');
    const [name, value] = equals < 0 ? [first, ''] : [first.slice(0, equals), first.slice(equals + 1)];
    return [name.trim().toLowerCase(), unquoted(value.trim())];
  });
}

/** Splits at a separator that stands outside of quotes. A quote that does not end hides the rest. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted && character === '\\') index += 1;
    else if (!isQuoted && character === separator) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function unquoted(value: string): string {
  return /^".*"$/s.test(value) ? value.slice(1, -1).replace(/\\(.)/gs, '$1') : value;
}
