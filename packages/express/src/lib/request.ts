import { type HostAnswer, NodeRequest, sendAnswer } from '@verbena/core/adapter';
import type { Request, Response } from 'express';
import type { RequestSession } from './request-session.js';
import type { ExpressSessions } from './session.js';

/** What `context.native` is under Express. */
export interface ExpressNative {
  readonly req: Request;
  readonly res: Response;
}

/** An Express request as the application takes it. */
export class ExpressRequest extends NodeRequest<Request, Response> {
  readonly #sessions: ExpressSessions;
  #session: RequestSession | undefined;

  constructor(req: Request, res: Response, sessions: ExpressSessions) {
    super(req, res);
    this.#sessions = sessions;
  }

  override get ip(): string | undefined {
    return this.message.ip;
  }

  override get secure(): boolean {
    return this.message.secure;
  }

  get native(): ExpressNative {
    return { req: this.message, res: this.response };
  }

  get session(): RequestSession {
    this.#session ??= this.#sessions.of(this.message, this.response);
    return this.#session;
  }

  /** Sends what the application answers, with the session's cookie beside it where the client needs that. */
  send(answer: HostAnswer): void {
    if (this.#session !== undefined && !this.response.headersSent) this.#session.sendCookie();
    sendAnswer(this.response, answer);
  }

  protected override get host(): string | undefined {
    return this.message.host;
  }

  protected override get target(): string {
    return this.message.originalUrl;
  }

  protected override get bodyRead(): Uint8Array | undefined {
    const { body } = this.message as { readonly body?: unknown };
    // express.raw() leaves the bytes themselves.
    return super.bodyRead ?? (body instanceof Uint8Array ? body : undefined);
  }
}
