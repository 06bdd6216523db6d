import type { ResponseHeaders } from '../headers.js';
import type { AnswerStream, HostAnswer } from '../host.js';
import { mergedVary } from '../vary.js';
import { errorOf } from './error-of.js';
import type { NodeReadable, NodeResponse } from './node-types.js';
import { type PieceTaker, pullInto } from './pull-into.js';

/**
 * Sends an answer over a Node response. Fields that the host has set before are kept: cookies and what `Vary` names are
 * added to, others replaced. Where the host has answered already, as one does that limits the time, nothing is sent.
 *
 * @throws what Node throws where it refuses to send the head, as for a status message with a line break. A stream has been
 * returned then; what becomes of the response is the caller's matter.
 */
export function sendAnswer(response: NodeResponse, { status, headers, body }: HostAnswer): void {
  if (response.headersSent || response.destroyed) {
    if (isStream(body)) void body.return();
    return;
  }
  try {
    response.statusCode = status;
    forEachField(response, headers, (name, value) => {
      if (name === 'set-cookie') response.appendHeader(name, value);
      else if (name === 'vary' && response.getHeader(name) !== undefined)
        response.setHeader(name, mergedVary(response.getHeader(name), value));
      else response.setHeader(name, value);
    });
    sendBody(response, body);
  } catch (error) {
    if (isStream(body)) void body.return();
    throw error;
  }
}

/**
 * As {@link sendAnswer}, over HTTP/1 and a response that nobody has touched: its head is written at once, which costs less
 * (`npm run bench`). What it says can then not be asked of the response any more. Throws as {@link sendAnswer} does.
 */
export function sendUntouched(response: NodeResponse, { status, headers, body }: HostAnswer): void {
  try {
    response.writeHead(status, headers.raw());
    sendBody(response, body);
  } catch (error) {
    if (isStream(body)) void body.return();
    throw error;
  }
}

/**
 * Tells the fields of an answer as the protocol of a response takes them. HTTP/2 has none that speak of a connection, which
 * is shared (RFC 9113, 8.2.2); and of several values Node makes one line each, which it refuses for fields that have one
 * value, so they come as the list they are (RFC 9110, 5.3).
 */
export function forEachField(
  response: Pick<NodeResponse, 'req'>,
  headers: ResponseHeaders,
  take: (name: string, value: string | string[]) => void,
): void {
  const isFramed = response.req.httpVersionMajor >= 2;
  const raw = headers.raw();
  for (let index = 0; index < raw.length; index += 2) {
    // They come by turns.
    const name = raw[index] as string;
    const value = raw[index + 1] as string | string[];
    if (!isFramed) take(name, value);
    else if (!OF_CONNECTION.has(name)) {
      take(name, name === 'set-cookie' || typeof value === 'string' ? value : value.join(', '));
    }
  }
}

/** What Node refuses over HTTP/2, beside the fields that no answer may set in the first place. */
const OF_CONNECTION: ReadonlySet<string> = new Set(['connection', 'http2-settings', 'te', 'upgrade']);

function sendBody(response: NodeResponse, body: HostAnswer['body']): void {
  if (body === null) response.end();
  else if (isStream(body)) {
    // Whoever sends hears of it when Node refuses the head; of what comes later, nobody waits to hear.
    fixHead(response);
    sendStream(response, body);
  } else response.end(body);
}

/**
 * Looks after the stream through which a framework sends the body of an answer: its head goes before its first piece, and
 * where the body breaks off, so does the connection.
 *
 * @param stream a Node stream that reads the body, to be piped to the response
 */
export function watchPiped(stream: NodeReadable, body: AnswerStream, response: NodeResponse): void {
  flushWhenPiped(response, (error) => stream.destroy(errorOf(error)));
  body.onFailure((error) => {
    // While its buffer is full, the stream asks for nothing and would not hear of the failure.
    if (stream.readableLength >= stream.readableHighWaterMark) stream.destroy(errorOf(error));
  });
  stream.once('error', () => breakOff(response));
}

/**
 * Sends the head of an answer when a framework pipes its body: a flushed head does not wait for a piece that is not there yet.
 * Until then middleware may still change it.
 *
 * @param refused told why Node does not send it. Thrown to the framework, that would have it answer anew while the body flows
 */
export function flushWhenPiped(response: NodeResponse, refused: (error: unknown) => void): void {
  response.once('pipe', (source) => {
    try {
      fixHead(response);
    } catch (error) {
      refused(error);
      return;
    }
    sendHeadSoon(response, () => source.readableDidRead);
  });
}

/** Has Node make the head of a response, which cannot change from then on. Throws what Node throws where it refuses to. */
function fixHead(response: NodeResponse): void {
  if (!response.headersSent) response.writeHead(response.statusCode);
}

/**
 * Sends a head that is fixed, unless the first piece of the body takes it along: where a piece is there at once, both are one
 * write to the connection (`npm run bench`, stream).
 */
function sendHeadSoon(response: NodeResponse, hasBegun: () => boolean): void {
  setImmediate(() => {
    if (!hasBegun() && !response.writableEnded && !response.destroyed) response.flushHeaders();
  });
}

const { setImmediate } = globalThis as unknown as { setImmediate(callback: () => void): unknown };

/** Breaks an answer off: ended politely, what was sent of it would pass for the whole. */
export function breakOff(response: NodeResponse): void {
  const isFramed = response.req.httpVersionMajor >= 2;
  // What Node still keeps goes first. A client that hears nothing at all may take the request for lost, and repeat it.
  if (response.headersSent && !response.destroyed) {
    response.flushHeaders();
    // Pieces of this turn of the event loop are kept to its end, with the head before the first.
    if (!isFramed) response.socket?.uncork?.();
  }
  // Without an error, HTTP/2 would close the stream with NO_ERROR (RFC 9113, 7), which is polite as well.
  if (isFramed) response.destroy(new Error('The answer broke off'));
  else response.destroy();
}

/** Whether a body comes piece by piece. */
export function isStream(body: HostAnswer['body']): body is AnswerStream {
  return typeof body === 'object' && body !== null && 'next' in body;
}

function sendStream(response: NodeResponse, stream: AnswerStream): void {
  let hasBegun = false;
  sendHeadSoon(response, () => hasBegun);
  const taker: PieceTaker = {
    push(piece) {
      if (piece === null) {
        response.end();
        return false;
      }
      hasBegun = true;
      const hasRoom = response.write(piece);
      pushThrough(response);
      return hasRoom;
    },
  };
  const pull = pullInto(
    () => taker,
    stream,
    () => breakOff(response),
  );
  // One listener for the whole stream: middleware that compresses takes listeners over, but never gives them back.
  response.on('drain', pull);
  // Nobody is there any more to take anything.
  response.once('close', () => void stream.return());
  // While the client takes nothing, nothing is asked for, and its failure would not be heard of.
  stream.onFailure(() => breakOff(response));
  pull();
}

/** Middleware that compresses keeps pieces back until it is told to send them, by this custom. */
function pushThrough(response: NodeResponse & { flush?: unknown }): void {
  if (typeof response.flush === 'function') response.flush();
}
