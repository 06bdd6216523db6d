import type { HandlerApp, SessionOptions } from '@verbena/core';

/** What the suite hands to a host beside the application. */
export interface HostOptions {
  /** For the sessions of the host, the same that the application has for `app.fetch`. The store counts how it is used. */
  readonly session: SessionOptions;
  /** To be connected to the place where the host hears of errors, such as Koa's `error` event. */
  onError(error: unknown): void;
}

/** A host that listens. */
export interface RunningHost {
  /** Where it listens, without a path: `http://127.0.0.1:49152`. */
  readonly url: string;
  /** Stops listening; resolves when the port is free. */
  close(): Promise<void>;
}

/** What differs from host to host, by design. */
export interface HostTraits {
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
