import { VerbenaError } from './errors.js';
import type { BodyReader, HostBody } from './host.js';
import { isOfServer } from './server-request.js';

/**
 * The body of a web-standard request as the application reads it; null when it carries none.
 *
 * @throws VerbenaError `body-used` when somebody else reads it
 */
export function bodyOf(request: Request): HostBody | null {
  if (request.bodyUsed) throw bodyUsed();
  return isOfServer(request) && request.headers.has('content-length') ? new FramedBody(request) : streamedBody(request);
}

/** A body that is no longer than its `Content-Length`, so that the server can collect it. */
class FramedBody implements HostBody {
  readonly #request: Request;

  constructor(request: Request) {
    this.#request = request;
  }

  collect(reader: BodyReader): void {
    this.#request
      .arrayBuffer()
      .then((bytes) => {
        reader.take(new Uint8Array(bytes));
        reader.end();
      })
      // Of a stream that is locked, but was not read, nothing tells before.
      .catch((error: unknown) => reader.fail(this.#request.bodyUsed ? error : bodyUsed()));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, undefined> {
    const streamed = streamedBody(this.#request);
    if (streamed !== null) yield* streamed;
  }
}

function streamedBody({ body }: Request): AsyncGenerator<Uint8Array, undefined> | null {
  if (body?.locked === true) throw bodyUsed();
  return body && chunksOf(body);
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

function bodyUsed(): VerbenaError {
  return new VerbenaError(
    'body-used',
    'The request body had been read before the request was passed to fetch; pass on a clone of it',
  );
}
