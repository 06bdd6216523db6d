import { parseCookie, stringifySetCookie, type SerializeOptions } from 'cookie';
import type { ResponseHeaders } from './headers.js';
import { HttpException } from './http-exception.js';

/** The cookies a client sent. */
export class RequestCookies {
  readonly #values: Readonly<Record<string, string | undefined>>;

  constructor(header: string | null) {
    // Decoded one by one when asked for: a stranger's malformed cookie must not spoil ours.
    this.#values = header === null ? {} : parseCookie(header, { decode: (text) => text });
  }

  /**
   * The decoded value, or undefined.
   *
   * @throws HttpException 400 when that cookie holds a malformed escape
   */
  get(name: string): string | undefined {
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
    if (value === undefined || !value.includes('%')) return value;
    try {
      return decodeURIComponent(value);
    } catch (cause) {
      throw new HttpException(400, `The cookie "${name}" holds a malformed escape`, { cause });
    }
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#values, name);
  }

  names(): readonly string[] {
    return Object.keys(this.#values);
  }
}

/** Attributes of a cookie. `maxAge` counts seconds (RFC 6265, 5.2.2). */
export type CookieOptions = Omit<SerializeOptions, 'encode'>;

/** The cookies of a response. They are sent with `Path=/`, `HttpOnly` and `SameSite=Lax` unless told otherwise. */
export class ResponseCookies {
  readonly #headers: ResponseHeaders;
  readonly #set = new Map<string, string>();

  constructor(headers: ResponseHeaders) {
    this.#headers = headers;
  }

  /**
   * Sets a cookie; the value is percent-encoded. A cookie of the same name, path and domain set earlier is replaced.
   *
   * @throws TypeError for a name or attribute that may not stand in a cookie, or a value that is no well-formed text
   * @throws VerbenaError `response-flushed` once the headers have been sent
   */
  set(name: string, value: string, options: CookieOptions = {}): void {
    const attributes = { path: '/', httpOnly: true, sameSite: 'lax', ...options } as const;
    const line = lineOf(name, value, attributes);
    const key = JSON.stringify([name, attributes.path, options.domain]);
    const replaced = this.#set.get(key);
    const others = this.#headers.getSetCookie().filter((present) => present !== replaced);
    this.#headers.set('set-cookie', [...others, line]);
    this.#set.set(key, line);
  }

  /** Tells the client to forget a cookie; path and domain must be those it was set with. */
  delete(name: string, options: CookieOptions = {}): void {
    this.set(name, '', { ...options, maxAge: 0, expires: new Date(0) });
  }
}

function lineOf(name: string, value: string, attributes: CookieOptions): string {
  try {
    return stringifySetCookie(name, value, attributes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`The cookie ${JSON.stringify(name)} cannot be set: ${reason}`, { cause });
  }
}
