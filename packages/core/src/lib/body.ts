import { parse as parseContentType } from 'content-type';
import { parse as parseJson } from 'secure-json-parse';
import { VerbenaError } from './errors.js';
import type { RequestHeaders } from './headers.js';
import type { HostBody } from './host.js';
import { HttpException } from './http-exception.js';
import { parseForm } from './form.js';

/** The body of a request: read once, kept for whoever asks again, never longer than its limit. */
export class RequestBody {
  /** As the host gave them. */
  #whole: Promise<Uint8Array> | undefined;
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
    this.#bytes ??= this.#read().then(plain);
    return this.#bytes;
  }

  async text(): Promise<string> {
    const decoder = decoderOf(charsetOf(this.headers.get('content-type')));
    return decodeText(decoder, await this.#read());
  }

  async json(): Promise<unknown> {
    const type = mediaType(this.headers.get('content-type'));
    if (type !== 'application/json' && !type.endsWith('+json')) throw unsupported(type, 'application/json');
    const text = decodeText(UTF_8, await this.#read());
    try {
      // A `__proto__` member is refused rather than dropped: nobody sends one in good faith.
      return parseJson(text, undefined, { protoAction: 'error', constructorAction: 'error' });
    } catch (cause) {
      throw new HttpException(
        400,
        text === '' ? 'The body is empty where JSON was expected' : 'The body is not valid JSON',
        { cause },
      );
    }
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
    this.#failReader?.(reason);
  }

  /** Reads it once, for whoever asks. */
  #read(): Promise<Uint8Array> {
    if (this.#stream !== undefined) return Promise.reject(bodyUsed());
    this.#whole ??= new Promise((resolve, reject) => this.#collect(resolve, reject));
    return this.#whole;
  }

  #collect(resolve: (bytes: Uint8Array) => void, reject: (reason: unknown) => void): void {
    this.#checkHead();
    this.#checkGoingOn();
    const body = this.source();
    const chunks: Uint8Array[] = [];
    const count = this.#counter();
    const take = (chunk: Uint8Array): void => {
      this.#checkGoingOn();
      count(chunk);
      chunks.push(chunk);
    };
    const end = (): void => resolve(joined(chunks));
    if (body?.collect === undefined) {
      this.#takeAll(body, take).then(end, reject);
      return;
    }
    // Several times cheaper than a promise for each chunk (`npm run bench`, order).
    this.#failReader = reject;
    body.collect({ take, end, fail: (cause) => reject(this.#reasonOf(cause)) });
  }

  async #takeAll(body: HostBody | null, take: (chunk: Uint8Array) => void): Promise<void> {
    for await (const chunk of this.#chunksOf(body)) take(chunk);
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
      reading.then(resolve, (cause: unknown) => reject(this.#reasonOf(cause)));
    });
  }

  /** That a body breaks off is the client's doing, and no unexpected error. */
  #reasonOf(cause: unknown): unknown {
    const isKnown = cause instanceof HttpException || cause === this.#brokenOff?.reason;
    return isKnown ? cause : new HttpException(400, 'The body broke off before its end', { cause });
  }

  #checkGoingOn(): void {
    if (this.#brokenOff !== undefined) throw this.#brokenOff.reason;
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
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

function unsupported(found: string, wanted: string): HttpException {
  const detail =
    found === '' ? `The request has no Content-Type; send ${wanted}` : `The body is ${found}; send ${wanted}`;
  return new HttpException(415, detail);
}

function tooLarge(limitBytes: number): HttpException {
  return new HttpException(413, `The body is longer than ${limitBytes} bytes`);
}

function bodyUsed(): VerbenaError {
  return new VerbenaError(
    'body-used',
    'Reading the request body came after it had been taken another way; use either request.stream or one of text(), json(), bytes(), formData()',
  );
}
