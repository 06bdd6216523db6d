import { Readable } from 'node:stream';
import {
  type AnswerStream,
  errorOf,
  forEachField,
  hasNoContent,
  type HostAnswer,
  pullInto,
  watchPiped,
} from '@verbena/core/adapter';
import type { Context } from 'koa';
import type { KoaRequest } from './request.js';

/** Puts an answer into Koa's context, for Koa to send. */
export function respond(ctx: Context, { status, headers, body }: HostAnswer, request: KoaRequest): void {
  // Past the context, whose members only lead there (`npm run bench`).
  const { response, res } = ctx;
  response.status = status;
  const isWhole = typeof body === 'string' || body instanceof Uint8Array;
  // Whoever has sent an answer past Koa has sent its head as well.
  if (!res.headersSent) {
    forEachField(res, headers, (name, value) => {
      // Other middleware may have set these as well, and the session does.
      if (name === 'set-cookie') response.append(name, value);
      else if (name === 'vary') response.vary(value);
      // Koa counts the length of a whole body itself.
      else if (isWhole && name === 'content-length') return;
      // As Koa's own member does, after it has made two lists of the field (`npm run bench`).
      else if (typeof value === 'string') res.setHeader(name, value);
      else response.set(name, value);
    });
  }
  // After the headers: where there is no type yet, Koa takes the time to guess one from the body.
  if (body !== null) response.body = bodyFor(body, ctx, request);
  // Koa takes an absent body for a wish to send the status as text.
  else if (!hasNoContent(ctx.method, status)) response.body = '';
  if (!headers.has('content-type')) response.remove('content-type');
}

function bodyFor(
  body: string | Uint8Array | AnswerStream,
  ctx: Context,
  request: KoaRequest,
): string | Buffer | Readable {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  request.isStreaming = true;
  const stream: Readable = new Readable({
    // Text stays text, which Node sends for less than its bytes (`npm run bench`, stream). One piece may wait.
    objectMode: true,
    highWaterMark: 1,
    read: pullInto(
      () => stream,
      body,
      (error) => stream.destroy(errorOf(error)),
    ),
    destroy(error, done) {
      void body.return();
      done(error);
    },
  });
  stream.once('close', () => {
    request.isStreaming = false;
  });
  // Koa would destroy the connection too, unless middleware pipes the body elsewhere, but would report the failure
  // twice: as the pipe's, and as that of a connection destroyed with an error.
  watchPiped(stream, body, ctx.res);
  return stream;
}
