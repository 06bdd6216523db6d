import { chunkOf, type ChunkSource, stopSource } from './answer-stream.js';
import { describe } from './class.js';
import { VerbenaError } from './errors.js';
import { contentTypeOf } from './media-type.js';
import type { HttpResponse } from './response.js';
import { StartedIterable } from './started-iterable.js';
import { mergedVary } from './vary.js';

/** The body of a response as it stands when the handler has ended. */
export type ResponseBody = string | Uint8Array | ChunkSource | null;

/** Whether a body comes piece by piece. */
export function isSource(body: ResponseBody): body is ChunkSource {
  return body !== null && typeof body === 'object' && !(body instanceof Uint8Array);
}

/**
 * Turns what a handler returned, or wrote, into the body of its response, and sets the headers that follow from it
 * where the handler set none.
 *
 * @param handler name for messages
 * @throws VerbenaError `double-answer` when it did both, `bad-result` when the value cannot be sent
 */
export function bodyOf(response: HttpResponse, value: unknown, handler: string): ResponseBody {
  const written = response.takeWritten();
  if (value === undefined || value === null) return joinWritten(response, written);
  // Where nothing was yielded, an empty stream was meant, unless something was written instead.
  if (value instanceof StartedIterable && value.isEmpty) return joinWritten(response, written) ?? new Uint8Array();
  if (written.length > 0) {
    stopUnsent(value);
    throw new VerbenaError(
      'double-answer',
      `${handler} wrote to the response and returned ${describeResult(value)} as well; do one of the two`,
    );
  }
  if (value instanceof StartedIterable) return takeStarted(response, value, handler);
  if (typeof value === 'string') {
    suggestKnownType(response, textTypeOf(value));
    return value;
  }
  if (isTagged(value)) {
    if (value instanceof Response) return takeResponse(response, value, handler);
    const body = bytesIn(response, value) ?? streamIn(response, value, handler);
    if (body !== undefined) return body;
  }
  if (isAsyncIterable(value)) return takeSource(response, fromIterable(value));
  return jsonOf(response, value, handler);
}

/**
 * Whether the author's code behind what a handler returned runs when it is first asked: a generator and its like. A stream of
 * Node or of the web platform runs by itself, and is none.
 */
export function isLazy(value: unknown): value is AsyncIterable<unknown> {
  if (!isAsyncIterable(value) || value instanceof StartedIterable) return false;
  return !(value instanceof ReadableStream || isEmitter(value));
}

/** Whether what a handler returned runs by itself until it is read or stopped: a stream of Node or of the web platform. */
export function isRunning(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (isTagged(value) && (value instanceof ReadableStream || value instanceof Response)) return true;
  return isAsyncIterable(value) && isEmitter(value);
}

/** A Node stream that fails while nobody reads it would bring the process down; whoever reads later still hears of it. */
export function bearFailure(stream: object): void {
  if (isEmitter(stream)) stream.on('error', () => {});
}

/** Whether somebody reads a Node stream, or has begun to. One of the web platform that is read is locked. */
export function isBeingRead(stream: object): boolean {
  return 'readableFlowing' in stream && stream.readableFlowing !== null;
}

/** What a handler returned, for messages. */
export function describeResult(value: unknown): string {
  return value instanceof StartedIterable ? 'an async iterable' : describe(value);
}

/** Stops what a handler returned when it is a stream that will not be sent. One of the web platform that somebody reads is theirs. */
export function stopUnsent(value: unknown): void {
  if (value instanceof StartedIterable) {
    void stopSource(value);
    return;
  }
  const unsent = value instanceof Response ? value.body : value;
  if (unsent instanceof ReadableStream && unsent.locked) return;
  const source = sourceOf(unsent);
  if (source !== undefined) void stopSource(source);
}

/** Sets the type of what was written, from its first piece. */
export function suggestWrittenType(response: HttpResponse, written: readonly (string | Uint8Array)[]): void {
  const first = written.find((chunk) => chunk.length > 0) ?? written[0];
  if (first !== undefined)
    suggestType(response, typeof first === 'string' ? textTypeOf(first) : 'application/octet-stream');
}

function joinWritten(response: HttpResponse, written: readonly (string | Uint8Array)[]): ResponseBody {
  suggestWrittenType(response, written);
  if (written.length === 0) return null;
  // A type guard on every() keeps the common case, text alone, from being encoded here.
  if (written.every((chunk) => typeof chunk === 'string')) return written.join('');
  const chunks = written.map((chunk) => (typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk));
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

/**
 * Whether a value may be what the platform defines: all of that has a tag, and data has none. On Node, merely to name `Response`
 * or `Blob` loads all that `fetch` is made of (`npm run bench`, start).
 */
function isTagged(value: {}): boolean {
  return (value as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] !== undefined;
}

function bytesIn(response: HttpResponse, value: unknown): ResponseBody | undefined {
  const bytes =
    value instanceof Uint8Array
      ? value
      : ArrayBuffer.isView(value)
        ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
        : value instanceof ArrayBuffer
          ? new Uint8Array(value)
          : undefined;
  if (bytes !== undefined) suggestType(response, 'application/octet-stream');
  return bytes;
}

function streamIn(response: HttpResponse, value: unknown, handler: string): ResponseBody | undefined {
  if (value instanceof Blob) {
    suggestType(response, value.type === '' ? 'application/octet-stream' : value.type);
    response.headers.set('content-length', value.size);
    return fromReadableStream(value.stream());
  }
  if (!(value instanceof ReadableStream)) return undefined;
  if (value.locked)
    throw new VerbenaError('bad-result', `${handler} returned a ReadableStream that somebody else is reading`);
  return takeSource(response, fromReadableStream(value));
}

function takeSource(response: HttpResponse, source: ChunkSource): ChunkSource {
  suggestType(response, 'application/octet-stream');
  return source;
}

function takeStarted(response: HttpResponse, source: StartedIterable, handler: string): ResponseBody {
  const { first } = source;
  try {
    chunkOf(first, handler);
  } catch (error) {
    void stopSource(source);
    throw error;
  }
  suggestType(response, typeof first === 'string' ? textTypeOf(first) : 'application/octet-stream');
  return source;
}

function takeResponse(response: HttpResponse, value: Response, handler: string): ResponseBody {
  if (value.bodyUsed || value.body?.locked === true)
    throw new VerbenaError('bad-result', `${handler} returned a Response whose body has already been read`);
  try {
    const { headers } = response;
    response.status = value.status;
    for (const [name, field] of value.headers) {
      if (name === 'set-cookie' || isOfConnection(name, value)) continue;
      headers.set(name, name === 'vary' ? mergedVary(headers.get(name), field) : field);
    }
    for (const cookie of value.headers.getSetCookie()) headers.append('set-cookie', cookie);
  } catch (error) {
    stopUnsent(value);
    throw error;
  }
  return value.body === null ? null : fromReadableStream(value.body);
}

const OF_CONNECTION = /^(?:connection|keep-alive|transfer-encoding|te|trailer|upgrade|proxy-.*)$/;

/**
 * Whether a header tells of the connection a Response came over (RFC 9110, 7.6.1), or of how its bytes were coded there: of
 * one that was fetched, the platform has decoded the body.
 */
function isOfConnection(name: string, { url, headers }: Response): boolean {
  const wasDecoded = url !== '' && headers.has('content-encoding');
  return OF_CONNECTION.test(name) || (wasDecoded && (name === 'content-encoding' || name === 'content-length'));
}

function jsonOf(response: HttpResponse, value: unknown, handler: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new VerbenaError('bad-result', `${handler} returned ${describe(value)}, which cannot be written as JSON`, {
      cause,
    });
  }
  if (text === undefined)
    throw new VerbenaError(
      'bad-result',
      `${handler} returned ${describe(value)}, which cannot be sent; return text, bytes, a stream or plain data`,
    );
  suggestKnownType(response, JSON_DATA);
  return text;
}

function sourceOf(value: unknown): ChunkSource | undefined {
  if (value instanceof ReadableStream) return fromReadableStream(value);
  return isAsyncIterable(value) ? fromIterable(value) : undefined;
}

function fromReadableStream(stream: ReadableStream<unknown>): ChunkSource {
  const reader = stream.getReader();
  return { next: () => reader.read(), cancel: () => reader.cancel() };
}

/** What an iterable gives. To be asked for once: some can be gone through only once. */
export function fromIterable(iterable: AsyncIterable<unknown>): ChunkSource {
  bearFailure(iterable);
  const iterator = iterable[Symbol.asyncIterator]();
  return {
    isGenerator: Object.prototype.toString.call(iterator) === '[object AsyncGenerator]',
    next: () => iterator.next(),
    cancel() {
      // A Node stream stops at once when destroyed, while its iterator would first wait for the chunk on its way.
      if ('destroy' in iterable && typeof iterable.destroy === 'function') iterable.destroy();
      else return iterator.return?.(undefined);
    },
  };
}

/** Whether a value tells of its errors by events, as Node's streams do. */
function isEmitter(value: object): value is { on(event: 'error', listener: () => void): unknown } {
  return 'on' in value && typeof value.on === 'function';
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function suggestType(response: HttpResponse, type: string): void {
  if (!response.headers.has('content-type')) response.type = type;
}

/** As {@link suggestType}, for a type that is one of {@link contentTypeOf}'s. */
function suggestKnownType({ headers }: HttpResponse, type: string): void {
  if (!headers.has('content-type')) headers.put('content-type', type);
}

const [HTML, JSON_DATA, TEXT, XML] = ['html', 'json', 'text', 'xml'].map(contentTypeOf) as [
  string,
  string,
  string,
  string,
];

function textTypeOf(text: string): string {
  const first = text.charCodeAt(0);
  // Most texts begin with a letter, neither with a tag nor with blanks.
  if (first > LESS_THAN && first <= LAST_OF_ASCII) return TEXT;
  if (/^\s*<\?xml\b/.test(text)) return XML;
  return /^\s*<[a-z!]/i.test(text) ? HTML : TEXT;
}

const LESS_THAN = '<'.charCodeAt(0);
const LAST_OF_ASCII = 0x7f;
