/** Letters, digits and signs that can be seen; in quotes those two that end or escape them are escaped. */
const QUOTED = /^"((?:[!#-[\]-~]|\\["\\])+)"$/;
/** The same without quotes, as many clients send it; what separates list members or parameters is none of it. */
const BARE = /^[!#-+\--:<-~]+$/;

/** Longest key, in characters. */
const LIMIT = 128;

/**
 * The key in an `Idempotency-Key` header: a string as structured fields write it (RFC 9651, 3.3.3), or the bare text.
 * Undefined when it is neither, or is longer than 128 characters.
 */
export function idempotencyKeyIn(header: string): string | undefined {
  const text = header.trim();
  const quoted = QUOTED.exec(text)?.[1]?.replace(/\\(.)/g, '$1');
  const key = quoted ?? (BARE.test(text) ? text : undefined);
  return key === undefined || key.length > LIMIT ? undefined : key;
}
