import type { AnswerStream, HostAnswer } from '../host.js';
import { errorOf } from './error-of.js';
import type { NodeReadable, NodeResponse } from './node-types.js';

/**
 * Sends an answer over a Node response. Fields that the host has set before are kept: cookies and what `Vary` names are
 * added to, others replaced. Where the host has answered already, as one does that limits the time, nothing is sent.
 */
export function sendAnswer(response: NodeResponse, { status, headers, body }: HostAnswer): void {
  if (response.headersSent || response.destroyed) {
    if (isStream(body)) void body.return();
    return;
  }
  response.statusCode = status;
  const isFramed = response.req.httpVersionMajor >= 2;
  for (const [name, value] of headers.fields()) {
    if (name === 'set-cookie') response.appendHeader(name, value);
    else if (name === 'vary') response.setHeader(name, mergedVary(response.getHeader(name), value));
    // A connection of HTTP/2 is shared, and nothing can be said of it (RFC 9113, 8.2.2).
    else if (!(isFramed && (name === 'connection' || name === 'upgrade'))) response.setHeader(name, value);
  }
  sendBody(response, body);
}

/**
 * As {@link sendAnswer}, over HTTP/1 and a response that nobody has touched: its head is written at once, which costs less
 * (`npm run bench`). What it says can then not be asked of the response any more.
 */
export function sendUntouched(response: NodeResponse, { status, headers, body }: HostAnswer): void {
  response.writeHead(status, headers.raw());
  sendBody(response, body);
}

function sendBody(response: NodeResponse, body: HostAnswer['body']): void {
  if (body === null) response.end();
  else if (isStream(body)) void sendStream(response, body);
  else response.end(body);
}

/**
 * Looks after the stream through which a framework sends the body of an answer: its head goes before its first piece, and
 * where the body breaks off, so does the connection.
 *
 * @param stream a Node stream that reads the body, to be piped to the response
 */
export function watchPiped(stream: NodeReadable, body: AnswerStream, response: NodeResponse): void {
  // A flushed head does not wait for the first piece. Until the framework pipes, its middleware may still change it.
  response.once('pipe', () => response.flushHeaders());
  body.onFailure((error) => {
    // While its buffer is full, the stream asks for nothing and would not hear of the failure.
    if (stream.readableLength >= stream.readableHighWaterMark) stream.destroy(errorOf(error));
  });
  stream.once('error', () => breakOff(response));
}

/** Breaks an answer off: ended politely, what was sent of it would pass for the whole. */
export function breakOff(response: NodeResponse): void {
  // Without an error, HTTP/2 would close the stream with NO_ERROR (RFC 9113, 7), which is polite as well.
  if (response.req.httpVersionMajor >= 2) response.destroy(new Error('The answer broke off'));
  else response.destroy();
}

function isStream(body: HostAnswer['body']): body is AnswerStream {
  return typeof body === 'object' && body !== null && 'next' in body;
}

/** What `Vary` says already, and what an answer adds to it, each name once. */
export function mergedVary(
  present: number | string | readonly string[] | undefined,
  added: string | readonly string[],
): string {
  const names = [present ?? [], added].flat().flatMap((field) => String(field).split(/\s*,\s*/));
  const distinct = new Map(names.map((name) => [name.toLowerCase(), name]));
  return distinct.has('*') ? '*' : [...distinct.values()].join(', ');
}

async function sendStream(response: NodeResponse, stream: AnswerStream): Promise<void> {
  response.flushHeaders();
  let goOn = (): void => {};
  // One listener for the whole stream: middleware that compresses takes listeners over, but never gives them back.
  response.on('drain', () => goOn());
  response.once('close', () => {
    // Nobody is there any more to take anything.
    goOn();
    void stream.return();
  });
  // While the client takes nothing, the loop asks for nothing and would not hear of the failure.
  stream.onFailure(() => breakOff(response));
  try {
    for (let step = await stream.next(); step.done !== true; step = await stream.next()) {
      const hasRoom = response.write(step.value);
      pushThrough(response);
      if (!hasRoom) {
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
      }
    }
    response.end();
  } catch {
    breakOff(response);
  }
}

/** Middleware that compresses keeps pieces back until it is told to send them, by this custom. */
function pushThrough(response: NodeResponse & { flush?: unknown }): void {
  if (typeof response.flush === 'function') response.flush();
}
