import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import {
  type AnswerStream,
  breakOff,
  flushWhenPiped,
  forEachField,
  type HostAnswer,
  isStream,
  mergedVary,
  pullInto,
} from '@verbena/core/adapter';
import type { FastifyReply } from 'fastify';
import type { PluginRequest } from './request.js';

/** Gives an answer to Fastify to send, unless Fastify or the handler itself has sent another meanwhile. */
export function respond(reply: FastifyReply, { status, headers, body }: HostAnswer, request: PluginRequest): void {
  const { raw } = reply;
  if (reply.sent || raw.headersSent || raw.destroyed) {
    if (isStream(body)) void body.return();
    return;
  }
  reply.code(status);
  forEachField(raw, headers, (name, value) => {
    // Hooks may have named others, and Fastify adds to cookies by itself.
    if (name === 'vary') reply.header(name, mergedVary(reply.getHeader(name), value));
    else reply.header(name, value);
  });
  const { sessionCookie } = request;
  if (sessionCookie !== undefined) reply.header('set-cookie', sessionCookie);
  if (!headers.has('content-type')) reply.removeHeader('content-type');
  if (body === null) reply.send();
  // Without a serializer of the reply's own, Fastify would add a charset to the type.
  else if (typeof body === 'string') reply.serializer(serialize).send(body);
  else if (isStream(body)) reply.send(pulled(body, raw, request));
  else reply.send(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
}

/** Leaves text as it is. What a hook may give instead is serialised as Fastify would. */
function serialize(payload: unknown): string {
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}

/**
 * A body as the stream that Fastify sends. When the body fails, so does the connection, and not the stream: the failure has
 * been told to the logger, and Fastify would tell it again, or answer with it where the head is not sent yet.
 */
function pulled(body: AnswerStream, response: ServerResponse, request: PluginRequest): Readable {
  const fail = (): void => {
    breakOff(response);
    stream.destroy();
  };
  const stream: Readable = new Readable({
    // Text stays text, which Node sends for less than its bytes (`npm run bench`, stream). One piece may wait.
    objectMode: true,
    highWaterMark: 1,
    read: pullInto(() => stream, body, fail),
    destroy(error, done) {
      void body.return();
      done(error);
    },
  });
  body.onFailure(() => {
    // While its buffer is full, the stream asks for nothing and would not hear of the failure.
    if (stream.readableLength >= stream.readableHighWaterMark) fail();
  });
  flushWhenPiped(response, (error) => {
    request.tellRefused(error);
    fail();
  });
  // Hooks may have put another body in its place.
  response.once('close', () => stream.destroy());
  return stream;
}
