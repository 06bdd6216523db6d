import { type ClientHttp2Stream, connect, constants, type IncomingHttpHeaders } from 'node:http2';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { type AskOptions, hasContent, partsOf } from './asking.js';

/**
 * Asks over HTTP/2, each time over a connection of its own. When the request is aborted or the body of the answer cancelled, it
 * closes the stream and not the connection, as browsers do.
 */
export async function fetchOverHttp2(request: Request, { streams, ca }: AskOptions): Promise<Response> {
  const { method, url, signal } = request;
  const { headers: fields, bytes } = await partsOf(request, streams);
  const { host, ...headers } = fields;
  const { origin, pathname, search } = new URL(url);
  const session = connect(origin, ca === undefined ? {} : { ca });
  const stream = session.request(
    { ...headers, ':method': method, ':path': pathname + search, ...(host !== undefined && { ':authority': host }) },
    { endStream: bytes?.byteLength === 0 },
  );
  // Once the stream is over, there is nothing to keep the connection for.
  stream.once('close', () => session.close());
  const leave = (): void => {
    stream.close(constants.NGHTTP2_CANCEL);
    // It would wait until somebody has read what has come.
    stream.destroy();
  };
  const answer = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
    session.on('error', reject);
    stream.on('error', reject);
    stream.once('response', resolve);
    stream.once('close', () => reject(new Error(`The stream was closed with ${stream.rstCode} before its answer`)));
    const abort = (): void => {
      leave();
      reject(signal.reason as Error);
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    if (bytes === undefined) {
      Readable.fromWeb(request.body as unknown as NodeReadableStream)
        .on('error', (error) => {
          leave();
          reject(error);
        })
        .pipe(stream);
    } else if (bytes.byteLength > 0) stream.end(bytes);
  });
  return responseOf(answer, stream, method, leave);
}

function responseOf(
  answer: IncomingHttpHeaders,
  stream: ClientHttp2Stream,
  method: string,
  leave: () => void,
): Response {
  const status = Number(answer[':status']);
  const headers = new Headers();
  for (const [name, value = []] of Object.entries(answer)) {
    if (!name.startsWith(':')) for (const one of [value].flat()) headers.append(name, one);
  }
  if (hasContent(method, status)) return new Response(contentOf(stream, leave), { status, headers });
  stream.resume();
  return new Response(null, { status, headers });
}

/** Errors also where Node says that a stream has ended which the other side broke off. */
function contentOf(stream: ClientHttp2Stream, leave: () => void): ReadableStream<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done !== true) controller.enqueue(value);
        else if ((stream.rstCode ?? 0) !== constants.NGHTTP2_NO_ERROR)
          controller.error(new Error(`The stream was broken off with ${stream.rstCode}`));
        else controller.close();
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
}
