import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import {
  type CookieCarrier,
  type HostAnswer,
  type HostSession,
  NodeRequest,
  sendAnswer,
  sendUntouched,
  type StoreSessions,
} from '@verbena/core/adapter';

/** A request as Node's servers hand it over. */
export type NodeIncoming = IncomingMessage | Http2ServerRequest;

/** The response that Node's servers hand over beside it. */
export type NodeOutgoing = ServerResponse | Http2ServerResponse;

/** As {@link NodeOutgoing}, with what responses of HTTP/2 have although the types of Node 20 do not say so. */
type CompleteOutgoing = ServerResponse | (Http2ServerResponse & Pick<ServerResponse, 'flushHeaders' | 'writeHead'>);

/** `context.native` under `toNode` and `serve`. */
export interface NodeNative {
  readonly message: NodeIncoming;
  readonly response: NodeOutgoing;
}

/** A request of Node's own server as the application takes it. */
export class ServerRequest extends NodeRequest<NodeIncoming, CompleteOutgoing> implements CookieCarrier {
  readonly #sessions: StoreSessions;
  #cookies: string[] | undefined;

  constructor(message: NodeIncoming, response: NodeOutgoing, sessions: StoreSessions) {
    super(message, response as CompleteOutgoing);
    this.#sessions = sessions;
  }

  get native(): NodeNative {
    return { message: this.message, response: this.response };
  }

  get session(): HostSession {
    return this.#sessions.of(this);
  }

  get cookies(): string[] {
    return (this.#cookies ??= []);
  }

  /** Sends what the application answers. */
  send(answer: HostAnswer): void {
    const { response } = this;
    // Without a session nobody has asked for them.
    if (this.#cookies !== undefined && !response.headersSent) response.appendHeader('set-cookie', this.#cookies);
    const isUntouched = !response.headersSent && !response.destroyed && response.getHeaderNames().length === 0;
    if (isUntouched && this.message.httpVersionMajor < 2) sendUntouched(response, answer);
    else sendAnswer(response, answer);
  }
}

/** A request that came through proxies, which say for whom. */
export class ProxiedRequest extends ServerRequest {
  readonly #proxies: number;

  /** @param proxies how many proxies are believed, from this server outwards */
  constructor(message: NodeIncoming, response: NodeOutgoing, sessions: StoreSessions, proxies: number) {
    super(message, response, sessions);
    this.#proxies = proxies;
  }

  override get ip(): string | undefined {
    return this.#told('x-forwarded-for') ?? super.ip;
  }

  override get secure(): boolean {
    const protocol = this.#told('x-forwarded-proto');
    return protocol === undefined ? super.secure : protocol.toLowerCase() === 'https';
  }

  protected override get host(): string | undefined {
    return this.#told('x-forwarded-host') ?? super.host;
  }

  /** What the outermost proxy that is believed has said; what stands to the left of it anybody may have written. */
  #told(name: string): string | undefined {
    const entries = this.headers.get(name)?.split(',');
    const entry = entries?.at(-Math.min(this.#proxies, entries.length))?.trim();
    return entry === '' ? undefined : entry;
  }
}
