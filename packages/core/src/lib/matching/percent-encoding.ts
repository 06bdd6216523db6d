/**
 * The text with each percent escape replaced by what it stands for (UTF-8, RFC 3986 section 2.1), or `undefined` when an
 * escape is cut short, is not hexadecimal, or is not UTF-8.
 */
export function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
