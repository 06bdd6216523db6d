import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { certificate } from '@verbena/test-hosts';

/** A connection that sends what it is told to, and keeps what comes. */
export class Wire {
  readonly socket: Socket;
  /** What has come. */
  text: string = '';
  /** Resolves when the other side has ended or dropped the connection. */
  readonly ended: Promise<void>;
  #wake: () => void = () => {};
  #isEnded = false;

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    this.socket.on('data', (chunk) => {
      this.text += chunk.toString('latin1');
      this.#wake();
    });
    this.socket.on('error', () => {});
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.#isEnded = true;
        resolve();
        this.#wake();
      };
      this.socket.on('end', end);
      this.socket.on('close', end);
    });
  }

  send(text: string): this {
    this.socket.write(text, 'latin1');
    return this;
  }

  get(path: string): this {
    return this.send(`GET ${path} HTTP/1.1\r\nHost: verbena.test\r\n\r\n`);
  }

  /** Waits until a text has come. */
  async until(text: string): Promise<void> {
    while (!this.text.includes(text)) {
      if (this.#isEnded)
        throw new Error(`The connection ended before "${text}" came, after "${this.text.slice(0, 500)}"`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  destroy(): void {
    this.socket.destroy();
  }
}

/** A client that speaks HTTP/2 over one connection. */
export class Http2Client {
  readonly session: ClientHttp2Session;

  constructor(url: string) {
    this.session = connectHttp2(url, { ca: certificate.cert });
    this.session.on('error', () => {});
  }

  /** Begins a request; its body is still to be sent where it has one. */
  begin(headers: Record<string, string>, hasBody = false): ClientHttp2Stream {
    const stream = this.session.request(headers, { endStream: !hasBody });
    stream.on('error', () => {});
    return stream;
  }

  /** Sends a request and takes the whole answer. */
  async ask(headers: Record<string, string>, body?: string | Uint8Array): Promise<Http2Answer> {
    const stream = this.begin(headers, body !== undefined);
    if (body !== undefined) stream.end(body);
    return answerOn(stream);
  }

  destroy(): void {
    this.session.destroy();
  }
}

/** An answer over HTTP/2. */
export interface Http2Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** Code with which the stream was closed (RFC 9113, 7); 0 when the answer came whole. */
  readonly code: number;
}

/** Takes an answer off its stream, whole or broken off. */
export function answerOn(stream: ClientHttp2Stream): Promise<Http2Answer> {
  return new Promise((resolve) => {
    let headers: Record<string, unknown> = {};
    let text = '';
    stream.on('response', (fields) => (headers = fields));
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    stream.on('close', () =>
      resolve({ status: Number(headers[':status'] ?? 0), headers, text, code: stream.rstCode ?? 0 }),
    );
  });
}
