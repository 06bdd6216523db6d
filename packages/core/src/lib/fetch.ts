import { bodyOf } from './fetch-body.js';
import type { RequestHeaders, ResponseHeaders } from './headers.js';
import type { AnswerStream, HostAnswer, HostBody, HostRequest, HostSession } from './host.js';
import { isHost, pathOf, urlOf } from './target.js';
import { isOfServer } from './server-request.js';
import type { StoreSessions } from './store-session.js';

/** What a host passes to `fetch` beside the request. */
export type FetchArguments = readonly unknown[];

/** `context.native` under `app.fetch`. */
export interface FetchNative {
  readonly request: Request;
  /** What the host passed beside it: bindings, an execution context. */
  readonly platform: FetchArguments;
}

/** A web-standard request as the application takes it. */
export class FetchRequest implements HostRequest {
  readonly #request: Request;
  readonly #sessions: StoreSessions | undefined;
  readonly native: FetchNative;
  readonly path: string;
  readonly ip: undefined;

  constructor(request: Request, platform: FetchArguments, sessions: StoreSessions | undefined) {
    this.#request = request;
    this.#sessions = sessions;
    this.native = { request, platform };
    this.path = pathOf(request.url);
  }

  /**
   * Whether the client names no more than a host in `Host` (RFC 9112, 3.2). Some runtimes make the URL of whatever stands
   * there, and so another path than was asked for.
   */
  get namesHost(): boolean {
    return isHost(this.headers.get('host') ?? '');
  }

  get verb(): string {
    return this.#request.method;
  }

  get url(): string {
    // Some runtimes give no origin where the client sent no host, or one that is none.
    return urlOf('http', this.#request.headers.get('host') ?? undefined, this.#request.url);
  }

  get headers(): RequestHeaders {
    return this.#request.headers;
  }

  get secure(): boolean {
    return this.#request.url.startsWith('https:');
  }

  get body(): HostBody | null {
    return bodyOf(this.#request);
  }

  get session(): HostSession | undefined {
    return this.#sessions?.of(this);
  }

  get waitUntil(): HostRequest['waitUntil'] {
    const execution = this.native.platform.find(isExecutionContext);
    return execution && ((over) => execution.waitUntil(over));
  }

  /** Cookies the session sends with the answer. */
  readonly cookies: string[] = [];

  onClose(listener: () => void): () => void {
    const request = this.#request;
    if (!isOfServer(request)) return listenTo(request.signal, listener);
    // Most are answered before anybody could leave.
    let stop: (() => void) | undefined;
    const timer = setTimeout(() => {
      stop = listenTo(request.signal, listener);
    }, 0);
    return () => {
      clearTimeout(timer);
      stop?.();
    };
  }
}

function listenTo(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
  // The same request may be asked for again and again.
  return () => signal.removeEventListener('abort', listener);
}

/** What Workers pass beside the request, to be told how long it lasts. */
interface ExecutionContext {
  waitUntil(over: Promise<unknown>): void;
}

function isExecutionContext(passed: unknown): passed is ExecutionContext {
  return (
    typeof passed === 'object' && passed !== null && 'waitUntil' in passed && typeof passed.waitUntil === 'function'
  );
}

/** Makes the web-standard response of an answer. */
export function toResponse(answer: HostAnswer, cookies: readonly string[]): Response {
  const { body, status } = answer;
  const headers = (cookies.length === 0 && recordOf(answer.headers)) || listOf(answer.headers, cookies);
  const content =
    body === null || typeof body === 'string'
      ? body
      : body instanceof Uint8Array
        ? (body as Uint8Array<ArrayBuffer>)
        : streamOf(body);
  return new Response(content, { status, headers });
}

/** The fields as an object, unless one is repeated: servers on top of Node send that as it is (`npm run bench`, hello in Hono). */
function recordOf(headers: ResponseHeaders): Record<string, string> | undefined {
  const record: Record<string, string> = {};
  const raw = headers.raw();
  for (let index = 0; index < raw.length; index += 2) {
    const [name, value] = [raw[index] as string, raw[index + 1]];
    // A field of this name would not become a member.
    if (typeof value !== 'string' || name === '__proto__') return undefined;
    record[name] = value;
  }
  return record;
}

function listOf(headers: ResponseHeaders, cookies: readonly string[]): [string, string][] {
  return [...headers, ...cookies.map((cookie): [string, string] => ['set-cookie', cookie])];
}

/** Some hosts write the message of what broke a body off into it; a client is shown nothing of an unexpected error. */
function conceal(cause: unknown): never {
  // That the time was over, or the application closed, is no secret.
  if (cause instanceof DOMException) throw cause;
  throw new Error('The answer broke off', { cause });
}

const ENCODER = new TextEncoder();

function streamOf(chunks: AnswerStream): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next().catch(conceal);
        if (done === true) controller.close();
        else controller.enqueue(typeof value === 'string' ? ENCODER.encode(value) : value);
      },
      async cancel() {
        await chunks.return();
      },
    },
    // Nothing is pulled before somebody reads.
    { highWaterMark: 0 },
  );
}
