import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { bytesOf, type HostSession, NodeRequest } from '@verbena/core/adapter';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifySessions } from './session.js';

/** What handlers find in `context.native` under Fastify. */
export interface FastifyNative {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What is the same for all requests of one plugin. */
export interface Mount {
  readonly sessions: FastifySessions;
  /** Whether Fastify answers in the place of handlers that take too long. */
  readonly limitsTime: boolean;
  /** A path without the plugin's prefix. */
  pathOf(path: string): string;
}

/** A Fastify request as the application takes it. */
export class PluginRequest extends NodeRequest<IncomingMessage, ServerResponse> {
  protected readonly request: FastifyRequest;
  readonly #reply: FastifyReply;
  readonly #mount: Mount;

  /** The cookie of the session, to be sent with the answer. */
  sessionCookie: string | undefined;

  constructor(request: FastifyRequest, reply: FastifyReply, mount: Mount) {
    super(request.raw, reply.raw);
    this.request = request;
    this.#reply = reply;
    this.#mount = mount;
  }

  override get path(): string {
    return this.#mount.pathOf(super.path);
  }

  override get ip(): string {
    return this.request.ip;
  }

  override get secure(): boolean {
    return this.request.protocol === 'https';
  }

  get native(): FastifyNative {
    return { request: this.request, reply: this.#reply };
  }

  get session(): HostSession {
    return this.#mount.sessions.of(this.request, this.#reply, (cookie) => {
      this.sessionCookie = cookie;
    });
  }

  /** Tells of an answer that Node refuses to send, of which nobody else would hear. */
  tellRefused(error: unknown): void {
    console.error(error);
  }

  override onClose(listener: () => void): () => void {
    const stop = super.onClose(listener);
    if (!this.#mount.limitsTime) return stop;
    // With the answer that Fastify has sent, the connection may well go on; nobody waits for the handler any more.
    const { signal } = this.request;
    const onAbort = (): void => {
      if ((signal.reason as { readonly code?: unknown } | undefined)?.code !== 'FST_ERR_HANDLER_TIMEOUT') return;
      stop();
      listener();
    };
    signal.addEventListener('abort', onAbort);
    return () => {
      stop();
      signal.removeEventListener('abort', onAbort);
    };
  }

  protected override get host(): string {
    return this.request.host;
  }

  protected override get target(): string {
    return this.request.originalUrl;
  }

  protected override get bodySource(): IncomingMessage {
    // Hooks may have put another stream in the place of the message, as those do that decompress.
    const { body } = this.request;
    return body instanceof Readable ? (body as IncomingMessage) : super.bodySource;
  }

  protected override get isBodyDecoded(): boolean {
    // What a hook has put in the place of the message is, or Fastify could not read it either. What one keeps as `rawBody`
    // may have been read before that.
    return this.bodySource !== this.message;
  }

  protected override get bodyRead(): Uint8Array | undefined {
    // Plugins that read a body early keep it there.
    return bytesOf((this.request as { readonly rawBody?: unknown }).rawBody) ?? super.bodyRead;
  }
}

/** As {@link PluginRequest}, where Fastify has a logger to be told of errors. */
export class LoggedRequest extends PluginRequest {
  onError(error: unknown): void {
    this.request.log.error({ err: error }, 'a handler failed');
  }

  override tellRefused(error: unknown): void {
    this.request.log.error({ err: error }, 'an answer could not be sent');
  }
}
