import { HttpException } from './http-exception.js';

/** One part of a multipart body. */
export interface Part {
  /** Its fields, by their names in lower case; of several with one name the first. */
  readonly fields: ReadonlyMap<string, string>;
  readonly bytes: Uint8Array;
}

const MAX_PARTS = 1000;
const MAX_HEAD_BYTES = 8192;

/** Fails for bytes that are no text. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The parts of a multipart body (RFC 2046, 5.1), which is all there: its own limit has bounded it, and so each part.
 *
 * @throws Error when it is malformed; HttpException 413 for too many parts
 */
export function* partsOf(body: Uint8Array, boundary: string): Generator<Part> {
  const delimiter = bytesOf(`\r\n--${boundary}`);
  // Nothing stands before the first delimiter, not even its line break.
  if (!isAt(body, delimiter.subarray(2), 0)) throw new Error('It does not begin with its boundary');
  let position = delimiter.length - 2;
  for (let count = 0; !isAt(body, LAST, position); count += 1) {
    if (count === MAX_PARTS) throw new HttpException(413, 'The multipart body has too many parts');
    if (!isAt(body, LINE_BREAK, position)) throw new Error('Its boundary does not end a line');
    const head = position + LINE_BREAK.length;
    const headEnd = indexOf(body, EMPTY_LINE, head);
    if (headEnd < 0 || headEnd - head > MAX_HEAD_BYTES) throw new Error('A part has no head, or too long a one');
    const start = headEnd + EMPTY_LINE.length;
    const end = indexOf(body, delimiter, start);
    if (end < 0) throw new Error('It breaks off in a part');
    yield { fields: fieldsIn(UTF_8.decode(body.subarray(head, headEnd))), bytes: body.subarray(start, end) };
    position = end + delimiter.length;
  }
}

/** The text of a part. Throws where it is no UTF-8. */
export function textOf({ bytes }: Part): string {
  return UTF_8.decode(bytes);
}

function fieldsIn(head: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (!fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

const LINE_BREAK = bytesOf('\r\n');
const EMPTY_LINE = bytesOf('\r\n\r\n');
const LAST = bytesOf('--');

/** The bytes of a text as it stands in a header. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function indexOf(body: Uint8Array, searched: Uint8Array, from: number): number {
  const [first = 0] = searched;
  let index = body.indexOf(first, from);
  while (index >= 0 && !isAt(body, searched, index)) index = body.indexOf(first, index + 1);
  return index;
}

function isAt(body: Uint8Array, expected: Uint8Array, position: number): boolean {
  return expected.every((byte, index) => body[position + index] === byte);
}
