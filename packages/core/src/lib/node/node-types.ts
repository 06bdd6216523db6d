/**
 * What adapters use of a Node request: `IncomingMessage` of `node:http` is one, and so is its twin of `node:http2`. Named
 * here by its shape, so that core needs no types of Node.
 */
export interface NodeMessage {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly httpVersionMajor: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Names and values by turns, as they came. */
  readonly rawHeaders: readonly string[];
  readonly socket: NodeSocket;
  readonly destroyed: boolean;
  readonly readableDidRead: boolean;
  readonly readableEnded: boolean;
  iterator(options: { readonly destroyOnReturn: boolean }): AsyncIterableIterator<unknown>;
  read(bytes: 0): unknown;
  resume(): unknown;
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  on(event: 'end' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** What adapters use of a connection. */
export interface NodeSocket {
  readonly remoteAddress?: string | undefined;
  readonly destroyed: boolean;
  once(event: 'close', listener: () => void): unknown;
}

/** What adapters use of a Node response: `ServerResponse` of `node:http`, or its twin of `node:http2`. */
export interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  readonly destroyed: boolean;
  readonly writableEnded: boolean;
  /** Of no use in HTTP/2: true as well when the client has broken the answer off. */
  readonly writableFinished: boolean;
  /** Null while earlier requests of the same connection wait for their answers. */
  readonly socket: { uncork?(): void } | null;
  readonly req: { readonly httpVersionMajor: number };
  getHeader(name: string): number | string | readonly string[] | undefined;
  setHeader(name: string, value: string | readonly string[]): unknown;
  appendHeader(name: string, value: string | readonly string[]): unknown;
  getHeaderNames(): readonly string[];
  /** @param headers names and values by turns */
  writeHead(status: number, headers?: (string | string[])[]): unknown;
  flushHeaders(): void;
  write(chunk: string | Uint8Array): boolean;
  end(chunk?: string | Uint8Array): unknown;
  destroy(error?: Error): unknown;
  on(event: 'close' | 'drain', listener: () => void): unknown;
  once(event: 'close' | 'drain', listener: () => void): unknown;
  once(event: 'pipe', listener: (source: { readonly readableDidRead: boolean }) => void): unknown;
}

/** What adapters use of a `Readable` of Node. */
export interface NodeReadable {
  readonly readableLength: number;
  readonly readableHighWaterMark: number;
  once(event: 'error', listener: (error: Error) => void): unknown;
  destroy(error: Error): unknown;
}
