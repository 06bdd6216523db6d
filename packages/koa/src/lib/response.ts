import { Readable } from 'node:stream';
import type { AnswerStream, HostAnswer } from '@verbena/core/adapter';
import type { Context } from 'koa';
import type { KoaRequest } from './request.js';

/** Puts an answer into Koa's context, for Koa to send. */
export function respond(ctx: Context, { status, headers, body }: HostAnswer, request: KoaRequest): void {
  ctx.status = status;
  if (body === null) leaveEmpty(ctx, status);
  else
    ctx.body = typeof body === 'string' ? body : body instanceof Uint8Array ? bufferOf(body) : streamOf(body, request);
  for (const [name, value] of headers.fields()) {
    // Other middleware may have set these as well, and the session does.
    if (name === 'set-cookie') ctx.append(name, value);
    else if (name === 'vary') ctx.vary(typeof value === 'string' ? value : [...value]);
    else ctx.set(name, value);
  }
}

function leaveEmpty(ctx: Context, status: number): void {
  // Koa takes an absent body for a wish to send the status as text.
  if (ctx.method === 'HEAD' || status === 204 || status === 205 || status === 304) return;
  ctx.body = '';
  ctx.remove('content-type');
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function streamOf(stream: AnswerStream, request: KoaRequest): Readable {
  request.isStreaming = true;
  const over = (): void => {
    request.isStreaming = false;
  };
  return Readable.from(stream, { objectMode: false }).once('close', over);
}
