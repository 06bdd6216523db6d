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
  // Quotes hide commas and semicolons.
  const preferences = header.match(/(?:[^",]|"(?:[^"\\]|\\.)*")+/g) ?? [];
  return preferences.map((preference) => {
    const [first = ''] = /^(?:[^";]|"(?:[^"\\]|\\.)*")*/.exec(preference) ?? [];
    const [, name = '', value = ''] = /^\s*([^\s=]+)\s*(?:=\s*(.*?)\s*)?$/s.exec(first) ?? [];
    return [name.toLowerCase(), unquoted(value)];
  });
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/gs, '$1') : value;
}
