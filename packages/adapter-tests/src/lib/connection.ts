import { connect, type Socket } from 'node:net';
import { connect as secure } from 'node:tls';
import { AssertionError } from 'chai';

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  /** Field lines as sent, in lower case. */
  readonly lines: readonly string[];
  readonly headers: Headers;
  readonly body: string;
}

/** The ports of a connection. */
export interface Ports {
  readonly client: number;
  readonly host: number;
}

/** A connection that sends exactly what it is told to, and takes HTTP/1.1 answers apart by itself (RFC 9112). */
export class Connection {
  /** What is sent and received. */
  readonly #socket: Socket;
  /** What carries it: the same, unless it is encrypted. */
  readonly #carrier: Socket;
  #received: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket, carrier: Socket) {
    this.#socket = socket;
    this.#carrier = carrier;
    const wake = (): void => this.#wake?.();
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      wake();
    });
    // What breaks a connection and what ends it are the same to whoever reads from it.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
      wake();
    });
    socket.on('end', () => {
      this.#ended = true;
      wake();
    });
  }

  /**
   * Connects to a host by its URL.
   *
   * @param ca certificate to be trusted, over TLS
   */
  static open(url: string, ca: string | undefined): Promise<Connection> {
    const { protocol, hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const carrier = connect(Number(port), hostname);
      const isSecure = protocol === 'https:';
      const socket = isSecure ? secure({ socket: carrier, ca, servername: 'localhost' }) : carrier;
      socket.once('error', reject);
      socket.once(isSecure ? 'secureConnect' : 'connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket, carrier));
      });
    });
  }

  /** The ports of its two ends. */
  get ports(): Ports {
    const { localPort = 0, remotePort = 0 } = this.#carrier;
    return { client: localPort, host: remotePort };
  }

  /** How many bytes it has taken off the wire. */
  get received(): number {
    return this.#carrier.bytesRead;
  }

  /** How many bytes the system has taken from it, to be sent. */
  get handedOver(): number {
    return this.#carrier.bytesWritten - this.#carrier.writableLength;
  }

  /** Takes nothing more off the wire. */
  pause(): void {
    this.#socket.pause();
  }

  /** Sends text or bytes as they are. */
  send(data: string | Uint8Array): void {
    this.#socket.write(data);
  }

  /** Sends bytes again and again, as fast as they are taken, until the connection ends or this many have been sent. */
  async sendMuch(bytes: Uint8Array, count: number): Promise<void> {
    for (let sent = 0; sent < count && !this.#ended; sent += 1) {
      if (!this.#socket.write(bytes)) await this.#drained();
    }
  }

  /** Sends a request: its first line, its header lines besides `Host`, and a body. */
  request(line: string, headers: readonly string[] = [], body = ''): void {
    this.send(`${line} HTTP/1.1\r\n${['Host: verbena.test', ...headers].join('\r\n')}\r\n\r\n${body}`);
  }

  /**
   * Takes the next answer off the wire.
   *
   * @param toVerb verb of the request: the answer to `HEAD` has no content, whatever its headers say
   */
  async answer(toVerb = 'GET'): Promise<WireAnswer> {
    const head = await this.#takeThrough('\r\n\r\n');
    const [first = '', ...lines] = head.trimEnd().split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1]);
    if (Number.isNaN(status)) throw new AssertionError(`An answer was to begin with a status line, not "${first}"`);
    const headers = new Headers();
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    const hasContent = toVerb !== 'HEAD' && status >= 200 && status !== 204 && status !== 304;
    const body = hasContent ? await this.#content(headers) : '';
    return { status, lines: lines.map((line) => line.toLowerCase()), headers, body };
  }

  /** Waits until this text has come, and takes nothing. */
  async until(text: string): Promise<void> {
    while (!this.#received.includes(text)) {
      if (this.#ended) throw this.#cutShort();
      await this.#more();
    }
  }

  /** Resolves when something has come that nobody took, or the connection has ended, or the time is over. */
  async hear(waitMs: number): Promise<void> {
    if (this.#received.byteLength > 0 || this.#ended) return;
    const timer = setTimeout(() => this.#wake?.(), waitMs);
    await this.#more();
    clearTimeout(timer);
  }

  /** Ends this side, as a client does that sends nothing more and still listens. */
  finish(): void {
    this.#socket.end();
  }

  /** Resolves when the other side has ended the connection; gives what came before that and nobody took. */
  async end(): Promise<string> {
    while (!this.#ended) await this.#more();
    return this.#received.toString('latin1');
  }

  /** Goes away without a word. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Goes away as a client does whose machine has lost the connection: with a reset (RFC 9293, 3.10.7). */
  reset(): void {
    this.#carrier.resetAndDestroy();
  }

  async #content(headers: Headers): Promise<string> {
    if (headers.get('transfer-encoding') === 'chunked') return this.#chunked();
    const length = headers.get('content-length');
    if (length !== null) return this.#take(Number(length));
    return this.end();
  }

  async #chunked(): Promise<string> {
    let content = '';
    for (;;) {
      const size = Number.parseInt(await this.#takeThrough('\r\n'), 16);
      content += await this.#take(size);
      await this.#takeThrough('\r\n');
      if (size === 0) return content;
    }
  }

  async #takeThrough(mark: string): Promise<string> {
    for (;;) {
      const index = this.#received.indexOf(mark);
      if (index >= 0) return this.#take(index + mark.length);
      if (this.#ended) throw this.#cutShort();
      await this.#more();
    }
  }

  async #take(length: number): Promise<string> {
    while (this.#received.byteLength < length) {
      if (this.#ended) throw this.#cutShort();
      await this.#more();
    }
    const taken = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return taken.toString('latin1');
  }

  #drained(): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve) => {
      const goOn = (): void => {
        socket.off('drain', goOn);
        socket.off('close', goOn);
        resolve();
      };
      socket.on('drain', goOn);
      socket.on('close', goOn);
    });
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #cutShort(): Error {
    return new AssertionError(
      `The connection ended in the middle of an answer, after "${this.#received.toString('latin1').slice(0, 200)}"`,
    );
  }
}
