import type { IncomingMessage, ServerResponse } from 'node:http';
import { bytesOf, errorOf, type HostSession, NodeRequest } from '@verbena/core/adapter';
import type { Context } from 'koa';
import type { KoaSessions } from './session.js';

/** A Koa request as the application takes it. */
export class KoaRequest extends NodeRequest<IncomingMessage, ServerResponse> {
  readonly #ctx: Context;
  readonly #sessions: KoaSessions;

  /** Whether Koa is piping an answer, so that it hears of a failure itself. */
  isStreaming = false;

  constructor(ctx: Context, sessions: KoaSessions) {
    super(ctx.req, ctx.res);
    this.#ctx = ctx;
    this.#sessions = sessions;
  }

  override get ip(): string {
    return this.#ctx.ip;
  }

  override get secure(): boolean {
    return this.#ctx.secure;
  }

  get native(): Context {
    return this.#ctx;
  }

  get session(): HostSession {
    return this.#sessions.of(this.#ctx);
  }

  onError(error: unknown): void {
    // Koa reports the failure of a body it pipes.
    if (this.isStreaming) return;
    this.#ctx.app.emit('error', errorOf(error), this.#ctx);
  }

  protected override get host(): string | undefined {
    // Koa tidies a host that is none.
    return this.#ctx.app.proxy && this.headers.has('x-forwarded-host') ? this.#ctx.host : super.host;
  }

  protected override get target(): string {
    return this.#ctx.originalUrl;
  }

  protected override get bodyRead(): Uint8Array | undefined {
    // Body parsers of Koa keep the text they have read there.
    return bytesOf((this.#ctx.request as { readonly rawBody?: unknown }).rawBody) ?? super.bodyRead;
  }
}
