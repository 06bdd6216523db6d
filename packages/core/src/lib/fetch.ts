import type { RequestHeaders } from './headers.js';
import type { AnswerStream, HostAnswer, HostRequest, HostSession } from './host.js';
import { isHost, pathOf, urlOf } from './target.js';
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

  get body(): AsyncIterable<Uint8Array> | null {
    const { body, bodyUsed } = this.#request;
    if (body === null) return null;
    if (bodyUsed || body.locked)
      throw new Error('The request body had been read before the request was passed to fetch; pass on a clone of it');
    return chunksOf(body);
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
    const { signal } = this.#request;
    if (signal.aborted) listener();
    else signal.addEventListener('abort', listener, { once: true });
    // The same request may be asked for again and again.
    return () => signal.removeEventListener('abort', listener);
  }
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
  const headers = new Headers([...answer.headers]);
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  const { body } = answer;
  const content =
    body === null || typeof body === 'string'
      ? body
      : body instanceof Uint8Array
        ? (body as Uint8Array<ArrayBuffer>)
        : streamOf(body);
  return new Response(content, { status: answer.status, headers });
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, undefined> {
  // Not every edge can iterate a stream.
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      yield value;
    }
  } finally {
    // Nobody waits for a host to stop: one that hangs must not keep the answer back.
    reader.cancel().catch(() => {});
  }
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
