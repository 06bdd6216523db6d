import { parse as parseContentType } from 'content-type';
import { parse as parseSafely } from 'secure-json-parse';
import { VerbenaError } from './errors.js';
import type { RequestHeaders } from './headers.js';
import type { HostBody } from './host.js';
import { HttpException } from './http-exception.js';
import { parseForm } from './form.js';
import { reasonOf, tooLarge, WholeBody } from './whole-body.js';

/** The body of a request: read once, kept for whoever asks again, never longer than its limit. */
export class RequestBody {
  /** As the host gave it. */
  #whole: WholeBody | undefined;
  #bytes: Promise<Uint8Array> | undefined;
  #stream: ReadableStream<Uint8Array> | undefined;
  #brokenOff: { readonly reason: unknown } | undefined;
  #failReader: ((reason: unknown) => void) | undefined;

  constructor(
    private readonly source: () => HostBody | null,
    private readonly headers: RequestHeaders,
    private readonly limitBytes: number,
  ) {}

  bytes(): Promise<Uint8Array> {
    this.#bytes ??= this.#read(plain);
    return this.#bytes;
  }

  async text(): Promise<string> {
    const decoder = decoderOf(charsetOf(this.headers.get('content-type')));
    return this.#read((bytes) => decodeText(decoder, bytes));
  }

  json(): Promise<unknown> {
    const type = mediaType(this.headers.get('content-type'));
    return type === 'application/json' || type.endsWith('+json')
      ? this.#read(parseJson)
      : Promise.reject(unsupported(type, 'application/json'));
  }

  async formData(): Promise<FormData> {
    const header = this.headers.get('content-type');
    const type = mediaType(header);
    if (type !== 'application/x-www-form-urlencoded' && type !== 'multipart/form-data') {
      throw unsupported(type, 'application/x-www-form-urlencoded or multipart/form-data');
    }
    return parseForm(type, parseContentType(header ?? '').parameters['boundary'], await this.bytes());
  }

  /** The bytes as they arrive. After this the other members reject with `body-used`. */
  get stream(): ReadableStream<Uint8Array> {
    if (this.#stream !== undefined) return this.#stream;
    if (this.#whole !== undefined) throw bodyUsed();
    const chunks = this.#limited()[Symbol.asyncIterator]();
    this.#stream = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { done, value } = await chunks.next();
          if (done === true) controller.close();
          else controller.enqueue(value);
        },
        async cancel() {
          await chunks.return?.(undefined);
        },
      },
      { highWaterMark: 0 },
    );
    return this.#stream;
  }

  /** Lets whoever reads, now or later, fail with this reason: the rest may never come, or nobody wants it any more. */
  breakOff(reason: unknown): void {
    this.#brokenOff = { reason };
    this.#whole?.stop(reason);
    this.#failReader?.(reason);
  }

  /** Reads it once, for whoever asks, and gives each what is made of it. */
  #read<Value>(make: (bytes: Uint8Array) => Value): Promise<Value> {
    if (this.#stream !== undefined) return Promise.reject(bodyUsed());
    this.#whole ??= this.#collect();
    return this.#whole.as(make);
  }

  #collect(): WholeBody {
    const whole = new WholeBody(this.limitBytes);
    try {
      this.#checkHead();
      this.#checkGoingOn();
      const body = this.source();
      // Several times cheaper than a promise for each chunk (`npm run bench`, order).
      if (body?.collect === undefined) void this.#takeAll(body, whole);
      else body.collect(whole);
    } catch (error) {
      whole.stop(error);
    }
    return whole;
  }

  async #takeAll(body: HostBody | null, whole: WholeBody): Promise<void> {
    try {
      for await (const chunk of this.#chunksOf(body)) whole.take(chunk);
      whole.end();
    } catch (error) {
      whole.stop(error);
    }
  }

  async *#limited(): AsyncGenerator<Uint8Array, undefined> {
    this.#checkHead();
    const count = this.#counter();
    for await (const chunk of this.#chunksOf(this.source())) {
      count(chunk);
      yield plain(chunk);
    }
  }

  /** Counts what is read, and throws when it is more than may be. */
  #counter(): (chunk: Uint8Array) => void {
    let length = 0;
    return (chunk) => {
      length += chunk.byteLength;
      if (length > this.limitBytes) throw tooLarge(this.limitBytes);
    };
  }

  /** Refuses what the head of the request says already. */
  #checkHead(): void {
    const coding = this.headers.get('content-encoding');
    if (coding !== null && coding.toLowerCase() !== 'identity') {
      // RFC 9110, 15.5.16: a content coding nobody decodes here is 415, and the answer says what would do.
      throw new HttpException(415, `A body with the content coding "${coding}" is not accepted`, {
        headers: { 'accept-encoding': 'identity' },
      });
    }
    if (Number(this.headers.get('content-length') ?? 0) > this.limitBytes) throw tooLarge(this.limitBytes);
  }

  async *#chunksOf(body: HostBody | null): AsyncGenerator<Uint8Array, void> {
    if (body === null) return;
    const chunks = body[Symbol.asyncIterator]();
    try {
      for (;;) {
        this.#checkGoingOn();
        const { done, value } = await this.#unlessBrokenOff(chunks.next());
        if (done === true) return;
        yield value;
      }
    } finally {
      // Nobody waits for a host to stop: one that hangs must not keep the answer back.
      Promise.resolve(chunks.return?.()).catch(() => {});
    }
  }

  /** What is being read, unless the request is broken off first. */
  #unlessBrokenOff<Value>(reading: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#failReader = reject;
      reading.then(resolve, (cause: unknown) => reject(reasonOf(cause)));
    });
  }

  #checkGoingOn(): void {
    if (this.#brokenOff !== undefined) throw this.#brokenOff.reason;
  }
}

/** The same bytes without what a host adds to them, such as the members of Node's Buffer. */
function plain(chunk: Uint8Array): Uint8Array {
  return chunk.constructor === Uint8Array ? chunk : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

/** Keeps nothing between texts, so that one is enough. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

function mediaType(header: string | null): string {
  // What most clients send needs no reading.
  return header === 'application/json' ? header : parseContentType(header ?? '', { parameters: false }).type;
}

function charsetOf(header: string | null): string {
  return parseContentType(header ?? '').parameters['charset'] ?? 'utf-8';
}

function decoderOf(charset: string): TextDecoder {
  if (charset.toLowerCase() === 'utf-8') return UTF_8;
  try {
    return new TextDecoder(charset, { fatal: true });
  } catch (cause) {
    throw new HttpException(415, `The charset "${charset}" is not supported`, { cause });
  }
}

function decodeText(decoder: TextDecoder, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new HttpException(400, `The body is not valid ${decoder.encoding}`, { cause });
  }
}

function parseJson(bytes: Uint8Array): unknown {
  const text = decodeText(UTF_8, bytes);
  try {
    // A `__proto__` member is refused rather than dropped: nobody sends one in good faith.
    return isSuspect(text)
      ? parseSafely(text, undefined, { protoAction: 'error', constructorAction: 'error' })
      : JSON.parse(text);
  } catch (cause) {
    throw new HttpException(
      400,
      text === '' ? 'The body is empty where JSON was expected' : 'The body is not valid JSON',
      { cause },
    );
  }
}

/**
 * Whether JSON may have members that reach for a prototype, or needs more than a parser. Without a backslash, names stand in
 * it as they are, and to look for two of them costs less than for every way to write them (`npm run bench`, order).
 */
function isSuspect(text: string): boolean {
  return (
    text.includes('\\') ||
    text.includes('__proto__') ||
    text.includes('constructor') ||
    text.charCodeAt(0) === BYTE_ORDER_MARK
  );
}

const BYTE_ORDER_MARK = 0xfeff;

function unsupported(found: string, wanted: string): HttpException {
  const detail =
    found === '' ? `The request has no Content-Type; send ${wanted}` : `The body is ${found}; send ${wanted}`;
  return new HttpException(415, detail);
}

function bodyUsed(): VerbenaError {
  return new VerbenaError(
    'body-used',
    'Reading the request body came after it had been taken another way; use either request.stream or one of text(), json(), bytes(), formData()',
  );
}
