import { VerbenaError } from './errors.js';

/** Request header fields, read as with the web's `Headers`: names in any case, repeated fields joined by `, `. */
export interface RequestHeaders extends Iterable<[string, string]> {
  /** Value of the field, or null when the client did not send it. */
  get(name: string): string | null;
  has(name: string): boolean;
}

/**
 * Header fields of a response, with the members of the web's `Headers`.
 *
 * Names are kept in lower case. Names and values are checked when they are set (RFC 9110, 5.1 and 5.5), so a line
 * break can never reach the wire.
 */
export class ResponseHeaders implements Iterable<[string, string]> {
  /** Names and values by turns. An answer has few fields: going through them costs less than a map (`npm run bench`). */
  readonly #raw: (string | string[])[] = [];
  #sent = false;

  /** Value of the field, repeated ones joined by `, `; null when it is not set. */
  get(name: string): string | null {
    const value = this.#valueOf(name.toLowerCase());
    return value === undefined ? null : typeof value === 'string' ? value : value.join(', ');
  }

  has(name: string): boolean {
    return this.#indexOf(name.toLowerCase()) >= 0;
  }

  /**
   * Replaces the field.
   *
   * @throws TypeError for a name or value that may not stand in a header, for a field of the connection, which is the
   * host's, and for a `content-length` that is no length
   * @throws VerbenaError `response-flushed` once the headers have been sent
   */
  set(name: string, value: string | number | readonly string[]): void {
    const field = this.#writable(name);
    const checked = typeof value === 'object' ? value.map((one) => checkedValue(name, one)) : checkedValue(name, value);
    checkFraming(field, checked);
    this.#put(field, checked);
  }

  /** Adds a value beside those already there. Throws as {@link set} does. */
  append(name: string, value: string | number): void {
    const field = this.#writable(name);
    const added = checkedValue(name, value);
    const present = this.#valueOf(field);
    const all = present === undefined ? added : typeof present === 'string' ? [present, added] : [...present, added];
    checkFraming(field, all);
    this.#put(field, all);
  }

  /** Removes the field. Throws `response-flushed` as {@link set} does. */
  delete(name: string): void {
    const index = this.#indexOf(this.#writable(name));
    if (index >= 0) this.#raw.splice(index, 2);
  }

  /** The `Set-Cookie` values, one for each cookie; they must not be joined (RFC 6265, 3). */
  getSetCookie(): string[] {
    const value = this.#valueOf('set-cookie');
    return value === undefined ? [] : typeof value === 'string' ? [value] : [...value];
  }

  /** The fields as a host takes them: a repeated field has a list. */
  fields(): readonly (readonly [name: string, value: string | string[]])[] {
    const raw = this.#raw;
    const fields: [string, string | string[]][] = [];
    for (let index = 0; index < raw.length; index += 2) {
      fields.push([raw[index] as string, raw[index + 1] as string | string[]]);
    }
    return fields;
  }

  /** The same, names and values by turns, as `writeHead` of Node takes them. Not to be changed. */
  raw(): (string | string[])[] {
    return this.#raw;
  }

  /** Every name with its value; repeated values are joined, except `set-cookie`, which comes once for each. */
  *[Symbol.iterator](): IterableIterator<[string, string]> {
    for (const [name, value] of this.fields()) {
      if (typeof value === 'string') yield [name, value];
      else if (name === 'set-cookie') for (const one of value) yield [name, one];
      else yield [name, value.join(', ')];
    }
  }

  /**
   * Sets a field that core itself has made, so that there is nothing to be checked.
   *
   * @param field in lower case
   * @internal
   */
  put(field: string, value: string): void {
    if (this.#sent) this.#writable(field);
    this.#put(field, value);
  }

  /** Refuses every later change. @internal */
  seal(): void {
    this.#sent = true;
  }

  /** Whether they have been sent. @internal */
  get isSealed(): boolean {
    return this.#sent;
  }

  #indexOf(field: string): number {
    const raw = this.#raw;
    for (let index = 0; index < raw.length; index += 2) if (raw[index] === field) return index;
    return -1;
  }

  #valueOf(field: string): string | string[] | undefined {
    const index = this.#indexOf(field);
    return index < 0 ? undefined : this.#raw[index + 1];
  }

  #put(field: string, value: string | string[]): void {
    const index = this.#indexOf(field);
    if (index < 0) this.#raw.push(field, value);
    else this.#raw[index + 1] = value;
  }

  #writable(name: string): string {
    if (this.#sent) {
      throw new VerbenaError(
        'response-flushed',
        `Changing the header "${name}" came after the headers had been sent; set it before the first yield of a generator, and before the first flush()`,
      );
    }
    if (!TOKEN.test(name))
      throw new TypeError(
        `"${printable(name)}" is no header name: it may hold letters, digits and !#$%&'*+-.^_\`|~ only`,
      );
    return name.toLowerCase();
  }
}

/** What may be said of a message's frame and its connection, which are the host's (RFC 9110, 7.6.1; RFC 9112, 6). */
const FRAMING: ReadonlyMap<string, { readonly allowed?: RegExp; readonly advice: string }> = new Map([
  ['content-length', { allowed: /^\d{1,15}$/, advice: 'it takes one number of bytes' }],
  [
    'connection',
    {
      allowed: /^(?:close|upgrade)$/i,
      advice: 'it takes "close", or "upgrade" with status 426; without it, it is kept',
    },
  ],
  ['transfer-encoding', { advice: 'the host frames the body; write it or return a stream as it is' }],
  ['trailer', { advice: 'nothing can be sent after the body' }],
  ['keep-alive', { advice: 'the host decides how long a connection is kept' }],
  ['proxy-connection', { advice: 'the host decides how long a connection is kept' }],
]);

function checkFraming(field: string, value: string | readonly string[]): void {
  const rule = FRAMING.get(field);
  if (rule === undefined) return;
  const [text, ...others] = typeof value === 'string' ? [value] : value;
  if (text !== undefined && others.length === 0 && rule.allowed?.test(text) === true) return;
  throw new TypeError(
    `Setting the header "${field}" to ${JSON.stringify(typeof value === 'string' ? value : value.join(', '))} was refused: ${rule.advice}`,
  );
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FORBIDDEN_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

function checkedValue(name: string, value: string | number): string {
  const text = typeof value === 'string' ? value : String(value);
  const found = FORBIDDEN_IN_VALUE.exec(text);
  if (found === null) return text;
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  throw new TypeError(
    `The value of the header "${name}" holds U+${code} at position ${found.index}; line breaks and control characters may not stand in a header, and other text must be encoded`,
  );
}

function printable(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Views the header record of a Node request (names in lower case) as {@link RequestHeaders}. */
export class RecordHeaders implements RequestHeaders {
  readonly #record: Readonly<Record<string, string | readonly string[] | undefined>>;

  constructor(record: Readonly<Record<string, string | readonly string[] | undefined>>) {
    this.#record = record;
  }

  get(name: string): string | null {
    const field = name.toLowerCase();
    // Node's header record has no prototype in HTTP/1 but has one in HTTP/2 and in tests.
    const value = this.#record[field];
    if (value === undefined || !Object.hasOwn(this.#record, field)) return null;
    return typeof value === 'string' ? value : value.join(', ');
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  *[Symbol.iterator](): IterableIterator<[string, string]> {
    for (const name of Object.keys(this.#record)) {
      const value = this.get(name);
      // HTTP/2 pseudo-fields (RFC 9113, 8.3) are not header fields.
      if (value !== null && !name.startsWith(':')) yield [name, value];
    }
  }
}
