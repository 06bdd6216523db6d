import { once } from 'node:events';
import { connect } from 'node:net';
import { IncomingBytes } from './incoming-bytes.mjs';

/** Verbs whose requests name the length of their body also when there is none (RFC 9110, 8.6). */
const WITH_LENGTH = ['POST', 'PUT', 'PATCH'];

/**
 * The HTTP client of the suite as a Worker can have it. The Worker's own asks again when an answer breaks off early, so that
 * a handler would be seen to run twice. Each request has a connection of its own, which ends with the answer.
 *
 * @param {Request} request
 * @param {object} options
 * @param {boolean} options.streams whether the body is to be sent as it comes, so that its length is not named
 * @returns {Promise<Response>}
 */
export async function fetchOverSocket(request, { streams }) {
  const { method, url, signal } = request;
  signal.throwIfAborted();
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  signal.addEventListener('abort', () => socket.destroy(signal.reason), { once: true });
  await once(socket, 'connect');
  // What becomes of the request is seen by what comes back.
  send(socket, request, streams).catch(() => {});
  const incoming = new IncomingBytes(socket);
  const { status, headers } = await finalHead(incoming);
  const isEmpty = method === 'HEAD' || status === 204 || status === 205 || status === 304;
  if (!isEmpty) return new Response(streamOf(contentOf(incoming, headers), socket), { status, headers });
  socket.destroy();
  return new Response(null, { status, headers });
}

/**
 * @param {import('node:net').Socket} socket
 * @param {Request} request
 * @param {boolean} streams
 */
async function send(socket, request, streams) {
  const { method, url } = request;
  const { host, pathname, search } = new URL(url);
  const headers = new Headers(request.headers);
  const bytes = streams ? undefined : new Uint8Array(await request.arrayBuffer());
  if (bytes === undefined) headers.set('transfer-encoding', 'chunked');
  else if (bytes.length > 0 || WITH_LENGTH.includes(method)) headers.set('content-length', String(bytes.length));
  const lines = [`${method} ${pathname}${search} HTTP/1.1`, `host: ${host}`, 'connection: close'];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
  if (bytes !== undefined) {
    socket.write(bytes);
    return;
  }
  for await (const piece of request.body) {
    const chunk = Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]);
    if (!socket.write(chunk)) await once(socket, 'drain');
  }
  socket.write('0\r\n\r\n');
}

/**
 * The head of the answer, after those that only tell of one to come (RFC 9110, 15.2).
 *
 * @param {IncomingBytes} incoming
 * @returns {Promise<{ status: number, headers: Headers }>}
 */
async function finalHead(incoming) {
  for (;;) {
    const [, digits] = (await incoming.line()).split(' ');
    const headers = new Headers();
    for (let line = await incoming.line(); line !== ''; line = await incoming.line()) {
      const colon = line.indexOf(':');
      headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    const status = Number(digits);
    if (status >= 200) return { status, headers };
  }
}

/**
 * The content of an answer, as it comes (RFC 9112, 6.3).
 *
 * @param {IncomingBytes} incoming
 * @param {Headers} headers
 * @returns {AsyncGenerator<Uint8Array, undefined>}
 */
async function* contentOf(incoming, headers) {
  const length = headers.get('content-length');
  if (headers.get('transfer-encoding') !== 'chunked')
    yield* incoming.bytes(length === null ? Infinity : Number(length));
  else {
    for (let size = await sizeOfChunk(incoming); size > 0; size = await sizeOfChunk(incoming)) {
      yield* incoming.bytes(size);
      await incoming.line();
    }
  }
}

/** @param {IncomingBytes} incoming */
async function sizeOfChunk(incoming) {
  return Number.parseInt(await incoming.line(), 16);
}

/**
 * @param {AsyncGenerator<Uint8Array, undefined>} content
 * @param {import('node:net').Socket} socket
 * @returns {ReadableStream<Uint8Array>}
 */
function streamOf(content, socket) {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await content.next();
      if (!done) return controller.enqueue(value);
      controller.close();
      socket.destroy();
    },
    cancel() {
      socket.destroy();
    },
  });
}
