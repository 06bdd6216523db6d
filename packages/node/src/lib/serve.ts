import type { AddressInfo } from 'node:net';
import type { HandlerApp } from '@verbena/core';
import { Connections } from './connections.js';
import { listen } from './listen.js';
import { type NodeOptions, toNode } from './listener.js';
import { createServer, type NodeServer, type ServerOptions } from './server.js';
import { closeOn } from './signals.js';
import { checkTime, type TimeLimits, timeLimitsOf } from './time-limits.js';

/** How an application is served. */
export interface ServeOptions extends NodeOptions, ServerOptions, TimeLimits {
  /** Where to listen; 0 for any port that is free. Default: the environment variable `PORT`, or else 3000. */
  readonly port?: number;
  /** Address or name to listen on. Default: every address of this machine. */
  readonly host?: string;
  /** Signals at which the server closes and the process ends; none when empty. Default `SIGTERM` and `SIGINT`. */
  readonly signals?: readonly NodeJS.Signals[];
  /** How long what is under way may still take when the server closes, in milliseconds. Default 10,000. */
  readonly graceMs?: number;
}

/** An application that is being served. */
export interface RunningServer {
  /** Where it is reached from this machine, without a path: `http://localhost:3000`. */
  readonly url: string;
  readonly port: number;
  /** Node's own server, for what only that can: WebSockets, a new certificate. */
  readonly server: NodeServer;
  /**
   * Stops gracefully: no more connections are taken, idle ones end, busy ones end after their answers. What takes longer
   * than `graceMs` is broken off; default what `serve` was given. With the last of its servers the application is closed.
   * Resolves when all is closed; calling it again gives the same promise.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * Has an application answer on a port: over HTTP, over TLS, over HTTP/2. Closes gracefully on `SIGTERM` and `SIGINT`; a
 * second signal ends the process at once.
 *
 * @throws ListenError when it cannot listen there
 * @throws TypeError when `tls` has no certificate, or the application was closed, as by the last of its servers
 * @throws RangeError when a number is out of its range
 */
export async function serve(app: HandlerApp, options: ServeOptions = {}): Promise<RunningServer> {
  const { port = portOfEnvironment(), host, signals = ['SIGTERM', 'SIGINT'], graceMs = 10_000 } = options;
  checkTime('graceMs', graceMs);
  if (app.isClosed) {
    throw new TypeError(
      'Serving an application that was closed failed, as it answers no more; make another with createApp for each server that is closed before the next begins',
    );
  }
  const limits = timeLimitsOf(options);
  const listener = toNode(app, options);
  const server = await createServer(options, limits);
  const connections = new Connections(server, options, limits, listener);
  await listen(server, port, host);
  return new Serving(app, server, connections, urlOf(server, options), signals, graceMs);
}

/** How long the clients of what was broken off have to be told so, in milliseconds. */
const FAREWELL_MS = 50;

/** How many servers each application has. */
const SERVERS = new WeakMap<HandlerApp, number>();

class Serving implements RunningServer {
  readonly port: number;
  readonly #app: HandlerApp;
  readonly #connections: Connections;
  readonly #graceMs: number;
  readonly #ignoreSignals: () => void;
  #closing: Promise<void> | undefined;

  constructor(
    app: HandlerApp,
    readonly server: NodeServer,
    connections: Connections,
    readonly url: string,
    signals: readonly NodeJS.Signals[],
    graceMs: number,
  ) {
    this.port = portOf(server);
    this.#app = app;
    this.#connections = connections;
    this.#graceMs = graceMs;
    this.#ignoreSignals = closeOn(signals, () => this.close());
    SERVERS.set(app, (SERVERS.get(app) ?? 0) + 1);
  }

  close({ graceMs = this.#graceMs }: { readonly graceMs?: number } = {}): Promise<void> {
    checkTime('graceMs', graceMs);
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  async #close(graceMs: number): Promise<void> {
    this.#ignoreSignals();
    const serverClosed = this.#stopListening();
    this.#connections.drain();
    const others = (SERVERS.get(this.#app) ?? 1) - 1;
    SERVERS.set(this.#app, others);
    const appClosed = others === 0 ? this.#app.close({ graceMs }) : undefined;
    const timer = setTimeout(() => this.#connections.destroy(), graceMs + FAREWELL_MS);
    try {
      await appClosed;
    } finally {
      await serverClosed;
      clearTimeout(timer);
    }
  }

  #stopListening(): Promise<void> {
    // Node takes a connection for idle as soon as its answer was handed over, though much of it may still wait for the
    // client, and would cut it off. Which are idle is known better here.
    Object.assign(this.server, { closeIdleConnections() {} });
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

function portOfEnvironment(): number {
  const text = process.env['PORT'] ?? '';
  if (text === '') return 3000;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new RangeError(
    `The environment variable PORT is "${text}"; set it to a number from 0 to 65535, or give serve a port`,
  );
}

function portOf(server: NodeServer): number {
  return (server.address() as AddressInfo).port;
}

function urlOf(server: NodeServer, { tls, host }: ServeOptions): string {
  const isEverywhere = host === undefined || host === '' || host === '0.0.0.0' || host === '::';
  const name = isEverywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `${tls === undefined ? 'http' : 'https'}://${name}:${portOf(server)}`;
}
