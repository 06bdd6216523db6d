import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { isFinal, type OperationProgress, type OperationRecord } from './record.js';

interface Watcher {
  readonly ids: readonly string[];
  readonly response: ServerResponse;
}

/** For tests: serves operations as `@verbena/operations` does, a page, and the compiled modules of this package. */
export class OperationServer {
  readonly #operations = new Map<string, OperationRecord>();
  readonly #watchers = new Set<Watcher>();
  #server: Server | undefined;
  #port = 0;
  #count = 0;

  /** Verb and path of every request for an operation, in order. */
  readonly requests: string[] = [];
  /** The `If-None-Match` of every request for a record. */
  readonly tags: (string | undefined)[] = [];
  /** What `/` answers. */
  page = '';
  /** Status of every answer but the page's, in place of the true one. */
  refusal: number | undefined;
  /** What every answer but the page's waits for. */
  hold: Promise<unknown> | undefined;
  /** Status of every stream, in place of the true one. */
  streamRefusal: number | undefined;
  /** Status of every cancelling, in place of the true one. */
  cancelRefusal: number | undefined;
  /** Whether streams are accepted and then say nothing, as behind a proxy that buffers. */
  mute = false;
  retryMs = 20;
  retryAfterSeconds: number | undefined = 1;
  /** What a start by the page answers. */
  onStart: () => OperationRecord = () => this.add();

  static async start(): Promise<OperationServer> {
    const server = new OperationServer();
    await server.listen();
    return server;
  }

  /** Begins to serve, after `stop` at the same address as before. */
  async listen(): Promise<void> {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Cuts every connection, and serves no more. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    this.#watchers.clear();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  get origin(): string {
    return `http://localhost:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** How many streams are open. */
  get streams(): number {
    return this.#watchers.size;
  }

  url(operation: OperationRecord): string {
    return this.origin + operation.links.self;
  }

  add(members: Partial<OperationRecord> = {}): OperationRecord {
    this.#count += 1;
    const id = `op_${String(this.#count).padStart(22, '0')}`;
    const now = new Date().toISOString();
    const self = `/operations/${id}`;
    const operation: OperationRecord = {
      id,
      kind: 'import-customers',
      state: 'running',
      seq: 1,
      attempt: 1,
      progress: null,
      cancellable: true,
      createdAt: now,
      updatedAt: now,
      links: {
        self,
        events: `${self}/events`,
        stream: '/operations/events',
        cancel: `${self}/cancel`,
        result: `${self}/result`,
      },
      ...members,
    };
    this.#operations.set(id, operation);
    return operation;
  }

  get(id: string): OperationRecord {
    return this.#operations.get(id) as OperationRecord;
  }

  /** Changes the record, and tells all who watch. */
  change(id: string, members: Partial<OperationRecord>): OperationRecord {
    const before = this.get(id);
    const operation = { ...before, seq: before.seq + 1, ...members };
    this.#operations.set(id, operation);
    this.send(id, 'state', operation);
    return operation;
  }

  /** Reports progress, by the short kind of frame. */
  report(id: string, progress: OperationProgress): void {
    const before = this.get(id);
    const operation = { ...before, seq: before.seq + 1, progress };
    this.#operations.set(id, operation);
    const { seq, attempt } = operation;
    this.send(id, 'progress', { id, seq, attempt, progress });
  }

  forget(id: string): void {
    this.#operations.delete(id);
    this.send(id, 'gone', { id });
  }

  send(id: string, event: string, data: object): void {
    for (const { ids, response } of this.#watchers)
      if (ids.includes(id)) response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    this.#endFinished();
  }

  /** Sends something that is no event, as servers do to show that they live. */
  beat(): void {
    for (const { response } of this.#watchers) response.write(': still here\n\n');
  }

  /** Ends every stream. */
  endStreams(): void {
    for (const { response } of this.#watchers) response.end();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin);
    const { pathname } = url;
    if (pathname === '/') return this.#reply(response, 200, this.page, 'text/html; charset=utf-8');
    if (pathname.startsWith('/client/')) return this.#module(response, pathname.slice('/client/'.length));
    if (pathname === '/favicon.ico') return this.#reply(response, 204);

    this.requests.push(`${request.method} ${pathname}`);
    await this.hold;
    if (this.refusal !== undefined) return this.#problem(response, this.refusal);
    const [, , id = '', part] = pathname.split('/');
    if (id === 'events') return this.#stream(request, response, url);
    if (pathname === '/start') return this.#json(response, 202, this.onStart());
    const operation = this.#operations.get(id);
    if (operation === undefined) return this.#problem(response, 404);
    if (part === 'cancel') return this.#cancel(response, operation);

    const tag = request.headers['if-none-match'];
    this.tags.push(tag);
    if (this.retryAfterSeconds !== undefined) response.setHeader('retry-after', this.retryAfterSeconds);
    response.setHeader('etag', `"${operation.seq}"`);
    if (tag === `"${operation.seq}"`) this.#reply(response, 304);
    else this.#json(response, 200, operation);
  }

  #cancel(response: ServerResponse, operation: OperationRecord): void {
    if (this.cancelRefusal !== undefined) return this.#problem(response, this.cancelRefusal);
    if (isFinal(operation.state) || !operation.cancellable) return this.#problem(response, 409);
    this.#json(response, 202, this.change(operation.id, { state: 'cancelling' }));
  }

  #stream(request: IncomingMessage, response: ServerResponse, { searchParams }: URL): void {
    if (this.streamRefusal !== undefined) return this.#problem(response, this.streamRefusal);
    const ids = searchParams.getAll('id');
    if (ids.length > 50) return this.#problem(response, 400);
    const have = new Map(searchParams.getAll('have').map((one) => one.split(':') as [string, string]));
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' });
    response.flushHeaders();
    const watcher = { ids, response };
    request.once('close', () => this.#watchers.delete(watcher));
    response.once('close', () => this.#watchers.delete(watcher));
    // It may have been given up before it was answered.
    if (this.mute || request.socket.destroyed) return;
    this.#watchers.add(watcher);
    response.write(`retry: ${this.retryMs}\n\n`);
    for (const id of ids) {
      const operation = this.#operations.get(id);
      if (operation === undefined) response.write(`event: gone\ndata: ${JSON.stringify({ id })}\n\n`);
      else if (operation.seq > Number(have.get(id) ?? -1))
        response.write(`event: state\nid: ${operation.seq}\ndata: ${JSON.stringify(operation)}\n\n`);
    }
    this.#endFinished();
  }

  /** A stream ends with the last operation on it. */
  #endFinished(): void {
    for (const { ids, response } of this.#watchers)
      if (ids.every((id) => isFinal(this.#operations.get(id)?.state ?? 'failed'))) response.end();
  }

  async #module(response: ServerResponse, path: string): Promise<void> {
    this.#reply(response, 200, await readFile(join(import.meta.dirname, '..', path)), 'text/javascript; charset=utf-8');
  }

  #problem(response: ServerResponse, status: number): void {
    const problem = { type: 'about:blank', status, title: `Refused with ${status}` };
    this.#reply(response, status, JSON.stringify(problem), 'application/problem+json');
  }

  #json(response: ServerResponse, status: number, value: unknown): void {
    this.#reply(response, status, JSON.stringify(value), 'application/json');
  }

  #reply(response: ServerResponse, status: number, body: string | Buffer = '', type?: string): void {
    response.statusCode = status;
    if (type !== undefined) response.setHeader('content-type', type);
    response.setHeader('cache-control', 'private, no-cache');
    // A connection that is kept has timers of its own, which a test's clock would disturb.
    response.setHeader('connection', 'close');
    response.end(body);
  }
}
