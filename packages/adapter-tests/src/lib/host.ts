import type { HandlerApp, SessionOptions } from '@verbena/core';

/** What the suite hands to a host beside the application. */
export interface HostOptions {
  /** For the sessions of the host, the same that the application has for `app.fetch`. The store counts how it is used. */
  readonly session: SessionOptions;
  /** Header fields that middleware of the host sets before the adapter has its turn. Empty where nothing is to be set. */
  readonly before: Readonly<Record<string, string>>;
  /** To be connected to the place where the host hears of errors, such as Koa's `error` event. */
  onError(error: unknown): void;
  /** To be told, by middleware of the host that has its turn after the adapter, which status it sees. */
  after(status: number): void;
}

/** A host that listens. */
export interface RunningHost {
  /** Where it listens, without a path: `http://127.0.0.1:49152`; with `https:` over TLS. */
  readonly url: string;
  /** Stops listening; resolves when the port is free. */
  close(): Promise<void>;
}

/** What the suite has to know of any host. */
export interface HostTraits {
  /** What reports call it: `toKoa`. */
  readonly name: string;
  /**
   * What the host truly cannot do: the name of a behaviour, or of a whole topic, and the reason, which reports show.
   * Default: nothing.
   */
  readonly except?: Readonly<Record<string, string>>;
  /**
   * What becomes of a path that no mapping has: `404` when the adapter answers it so; `next` when the adapter passes it on,
   * and `start` then lets the host answer it with the text `passed on`. Default `404`.
   */
  readonly unmatched?: '404' | 'next';
  /** How long the suite waits for something this host is to do, in milliseconds. Default 5,000. */
  readonly patienceMs?: number;
}

/** A host with a socket: the suite asks it over HTTP. */
export interface SocketHost extends HostTraits {
  /**
   * Whether its framework has middleware around the adapter, by other names hooks or plugins, which `start` then makes use
   * `before` and `after` of its options. Default false: behaviours about middleware do not apply.
   */
  readonly hasMiddleware?: boolean;
  /**
   * What the suite is to speak. Over HTTP/2, what is about the bytes of HTTP/1.1 does not apply. Default HTTP/1.1.
   */
  readonly protocol?: 'HTTP/1.1' | 'HTTP/2';
  /** Certificate that the suite is to trust, as PEM text, where the host listens over TLS. */
  readonly ca?: string;
  /** Puts the application under the host, and has it listen on a free port. */
  start(app: HandlerApp, options: HostOptions): Promise<RunningHost>;
}

/** A host without a socket, called with web-standard requests. What needs a connection does not apply to it. */
export interface FetchHost extends HostTraits {
  fetch(app: HandlerApp, request: Request): Promise<Response>;
}

/** A host that is to show the behaviours. */
export type AdapterHost = SocketHost | FetchHost;

/** Whether a host has a socket. */
export function hasSocket(host: AdapterHost): host is SocketHost {
  return 'start' in host;
}

/** Whether the suite asks a host over HTTP/2. */
export function speaksHttp2(host: AdapterHost): boolean {
  return hasSocket(host) && host.protocol === 'HTTP/2';
}

/** Whether a host has middleware of its own. */
export function hasMiddleware(host: AdapterHost): boolean {
  return hasSocket(host) && host.hasMiddleware === true;
}

/** How long a host may take for one thing, in milliseconds. */
export function patienceOf({ patienceMs = 5_000 }: HostTraits): number {
  return patienceMs;
}
