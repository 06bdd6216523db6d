import { RequestBody } from './body.js';
import { RequestCookies } from './cookies.js';
import type { RequestHeaders } from './headers.js';
import type { HostRequest } from './host.js';
import { HttpException } from './http-exception.js';
import { preferredType } from './media-type.js';
import type { PathParams } from './matching/path.js';

/** How long a body may be. Its handler says so, which is chosen later than the request is made. */
export interface BodyLimits {
  readonly bodyLimitBytes: number;
}

/** The request a handler answers. */
export class HttpRequest {
  readonly #host: HostRequest;
  readonly #limits: BodyLimits;
  #url: URL | undefined;
  #cookies: RequestCookies | undefined;
  #body: RequestBody | undefined;

  /** What the mapping's path pattern captured, decoded once. */
  readonly params: PathParams;

  /** @internal */
  constructor(host: HostRequest, params: PathParams, limits: BodyLimits) {
    this.#host = host;
    this.#limits = limits;
    this.params = params;
  }

  /** Method token as the client sent it. */
  get verb(): string {
    return this.#host.verb;
  }

  /**
   * Absolute URL of the request.
   *
   * @throws HttpException 400 when the client sent none that could be understood, as with a `Host` that is no host (RFC
   * 9112, 3.2)
   */
  get url(): URL {
    this.#url ??= parseUrl(this.#host.url);
    return this.#url;
  }

  /** Path the client asked for, percent-encoded, below the place where the application is mounted. */
  get path(): string {
    return this.#host.path;
  }

  /** Query of the URL, decoded; `query.get('page')`, `query.getAll('tag')`. */
  get query(): URLSearchParams {
    return this.url.searchParams;
  }

  get headers(): RequestHeaders {
    return this.#host.headers;
  }

  get cookies(): RequestCookies {
    this.#cookies ??= new RequestCookies(this.#host.headers.get('cookie'));
    return this.#cookies;
  }

  /** Address of the client as the host tells it; undefined where the host knows none. */
  get ip(): string | undefined {
    return this.#host.ip;
  }

  /** Whether the request came over TLS, as the host tells it. */
  get secure(): boolean {
    return this.#host.secure;
  }

  /**
   * The one of the given types the client likes best, or undefined when it takes none of them (RFC 9110, 12.5.1).
   *
   * @param types media types or the short names `html`, `json`, `text`, `xml`, best first
   */
  accepts(...types: string[]): string | undefined {
    return preferredType(this.#host.headers.get('accept'), types);
  }

  /**
   * The body as text, in the charset its `Content-Type` names (default UTF-8).
   *
   * @throws HttpException 413 over the limit, 415 for an unknown charset or content coding, 400 for malformed text
   */
  text(): Promise<string> {
    return this.#reader().text();
  }

  /**
   * The body as JSON; check it before you trust its shape.
   *
   * @throws HttpException 415 when it is no JSON by its `Content-Type`, 400 when it is malformed, empty or holds a
   * `__proto__` or `constructor.prototype` member, 413 over the limit
   */
  json(): Promise<unknown> {
    return this.#reader().json();
  }

  /**
   * The body as bytes.
   *
   * @throws HttpException 413 over the limit, 400 when the body breaks off
   */
  bytes(): Promise<Uint8Array> {
    return this.#reader().bytes();
  }

  /**
   * The fields and files of a form, url-encoded or multipart.
   *
   * @throws HttpException 415 when the body is no form, 400 when it is malformed, 413 over the limit
   */
  formData(): Promise<FormData> {
    return this.#reader().formData();
  }

  /** The body's bytes as they arrive. It errors with HttpException 413 over the limit, 400 when the body breaks off. */
  get stream(): ReadableStream<Uint8Array> {
    return this.#reader().stream;
  }

  /** Lets reading the body fail with this reason. @internal */
  breakOff(reason: unknown): void {
    this.#reader().breakOff(reason);
  }

  #reader(): RequestBody {
    this.#body ??= new RequestBody(() => this.#host.body, this.#host.headers, this.#limits.bodyLimitBytes);
    return this.#body;
  }
}

function parseUrl(url: string): URL {
  try {
    return new URL(url);
  } catch (cause) {
    throw new HttpException(400, 'The request names no URL that could be understood', { cause });
  }
}
