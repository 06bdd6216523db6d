import { RecordHeaders, type RequestHeaders } from '../headers.js';
import type { HostBody, HostRequest, HostSession } from '../host.js';
import { NodeBody } from './node-body.js';
import { pathOf, urlOf } from '../target.js';
import type { NodeMessage, NodeResponse, NodeSocket } from './node-types.js';

/**
 * A request of Node's own server as the application takes it. Frameworks on top of that server know some things better:
 * whom a proxy speaks for, what of the path is theirs. Their adapters override those.
 */
export abstract class NodeRequest<Message extends NodeMessage, Response extends NodeResponse> implements HostRequest {
  #headers: RequestHeaders | undefined;

  constructor(
    protected readonly message: Message,
    protected readonly response: Response,
  ) {}

  abstract get native(): unknown;
  abstract get session(): HostSession | undefined;

  get verb(): string {
    return this.message.method ?? 'GET';
  }

  get path(): string {
    return pathOf(this.message.url ?? '/');
  }

  get url(): string {
    return namesOneHost(this.message.rawHeaders) ? urlOf(this.secure ? 'https' : 'http', this.host, this.target) : '';
  }

  get headers(): RequestHeaders {
    this.#headers ??= new RecordHeaders(this.isBodyDecoded ? decoded(this.message.headers) : this.message.headers);
    return this.#headers;
  }

  get ip(): string | undefined {
    return this.message.socket.remoteAddress;
  }

  get secure(): boolean {
    return 'encrypted' in this.message.socket && this.message.socket.encrypted === true;
  }

  get body(): HostBody | null {
    const { message } = this;
    const { 'content-length': length, 'transfer-encoding': coding } = message.headers;
    // HTTP/2 frames its bodies and needs neither (RFC 9113, 8.1).
    if (message.httpVersionMajor < 2 && length === undefined && coding === undefined) return null;
    const read = this.bodyRead;
    if (read !== undefined) return once(read);
    const source = this.bodySource;
    if (source.readableDidRead) {
      // Node throws away what nobody has read when the answer is complete.
      if (this.response.writableEnded) {
        throw new Error(
          'Reading the request body came after its answer had been sent, when what is left of a body is thrown away; read it before',
        );
      }
      throw new Error(
        'The request body was read by earlier middleware, which left no rawBody; put that middleware after the adapter, or have it skip this path',
      );
    }
    return new NodeBody(source, this.response);
  }

  onClose(listener: () => void): () => void {
    const { message, response } = this;
    // A stream of HTTP/2 that its client closes is finished by Node, whether anything was to follow or not.
    const isFramed = message.httpVersionMajor >= 2;
    // The listener ends with the response. To take it off costs twice as much as to put it there (`npm run bench`, order).
    let isOver = false;
    const tell = (): void => {
      if (isOver) return;
      isOver = true;
      if (!(isFramed ? response.writableEnded : response.writableFinished)) listener();
    };
    if (response.destroyed || message.socket.destroyed) tell();
    else if (response.socket === null) whenGone(message.socket, response, tell);
    else response.on('close', tell);
    return () => {
      isOver = true;
    };
  }

  /** What the client says it asked, with its port: the `Host` header, unless the framework knows better. */
  protected get host(): string | undefined {
    return this.headers.get(':authority') ?? this.headers.get('host') ?? undefined;
  }

  /** The target as the client sent it, also where the framework has taken off a part of the path. */
  protected get target(): string {
    return this.message.url ?? '/';
  }

  /** Where the body is read from: the message, unless the framework has put another stream in its place. */
  protected get bodySource(): Message {
    return this.message;
  }

  /** Whether the body's content coding has been undone by who took it before, as body parsers do. */
  protected get isBodyDecoded(): boolean {
    return this.message.headers['content-encoding'] !== undefined && this.bodyRead !== undefined;
  }

  /** The body as earlier middleware left it, by the custom of body parsers under the name `rawBody`. */
  protected get bodyRead(): Uint8Array | undefined {
    return bytesOf((this.message as { readonly rawBody?: unknown }).rawBody);
  }
}

/** The fields of a message whose body is no longer coded as they say, nor as long. */
function decoded(headers: NodeMessage['headers']): NodeMessage['headers'] {
  return { ...headers, 'content-encoding': undefined, 'content-length': undefined };
}

/** Text or bytes that a body parser has kept; undefined for anything else. */
export function bytesOf(rawBody: unknown): Uint8Array | undefined {
  if (typeof rawBody === 'string') return new TextEncoder().encode(rawBody);
  return rawBody instanceof Uint8Array ? rawBody : undefined;
}

/** Whether there is at most one `Host`: of several, Node shows the first and hides the others (RFC 9112, 3.2). */
function namesOneHost(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === 'host') hosts += 1;
  }
  return hosts <= 1;
}

/** Those who wait behind another request of their connection; Node has given their responses no socket yet. */
const QUEUED = new WeakMap<NodeSocket, Set<() => void>>();

/** Calls back when a response closes, or its connection before the response had its turn. */
function whenGone(socket: NodeSocket, response: NodeResponse, tell: () => void): void {
  let queued = QUEUED.get(socket);
  if (queued === undefined) {
    // One listener for however many requests a client sends at once.
    const all = new Set<() => void>();
    socket.once('close', () => {
      for (const one of all) one();
    });
    QUEUED.set(socket, all);
    queued = all;
  }
  const waiting = queued;
  waiting.add(tell);
  response.once('close', () => {
    waiting.delete(tell);
    tell();
  });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, undefined> {
  yield bytes;
}
