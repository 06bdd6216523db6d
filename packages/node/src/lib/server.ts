import { createServer as createHttpServer, maxHeaderSize, type Server as HttpServer } from 'node:http';
import type { Http2SecureServer, Http2Server } from 'node:http2';
import type { Server as HttpsServer } from 'node:https';
import type { TlsOptions } from 'node:tls';
import type { TimeLimits } from './time-limits.js';

/** What `serve` may listen with. */
export type NodeServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer;

/** What kind of server it is. */
export interface ServerOptions {
  /** Certificate, key and whatever else `node:tls` takes. With it the server speaks HTTPS. Default: plain HTTP. */
  readonly tls?: TlsOptions;
  /**
   * Speak HTTP/2. With `tls`, clients that cannot are served HTTP/1.1 on the same port; without it, only clients that know
   * it of the server beforehand can connect (RFC 9113, 3.3), as some proxies do. Default false.
   */
  readonly http2?: boolean;
  /** Longest head of a request in bytes; a longer one is 431, or over HTTP/2 refused. Default: Node's own, 16,384. */
  readonly headerLimitBytes?: number;
}

/** How many requests one HTTP/2 connection may have under way (RFC 9113, 6.5.2: not fewer than 100). */
const CONCURRENT_STREAMS = 128;

/**
 * Makes a server that keeps the time limits Node itself looks after. What encrypts and frames is loaded only for those who
 * ask for it: it takes as long as Node's own HTTP (`npm run bench`, start).
 *
 * @throws TypeError when `tls` has no certificate
 */
export async function createServer(options: ServerOptions, limits: Required<TimeLimits>): Promise<NodeServer> {
  const { tls, http2 = false, headerLimitBytes = maxHeaderSize } = options;
  if (!Number.isInteger(headerLimitBytes) || headerLimitBytes < 1) {
    throw new RangeError(
      `headerLimitBytes is ${headerLimitBytes}; give the longest head of a request in bytes, from 1`,
    );
  }
  const timing = timingOf(limits, headerLimitBytes);
  const handshake = { handshakeTimeout: limits.headTimeoutMs || NO_LIMIT_MS };
  const settings = { maxConcurrentStreams: CONCURRENT_STREAMS, maxHeaderListSize: headerLimitBytes };
  if (tls !== undefined) checkCertificate(tls);
  if (!http2) {
    if (tls === undefined) return createHttpServer(timing);
    const https = await import('node:https');
    return https.createServer({ ...handshake, ...timing, ...tls });
  }
  const { createSecureServer, createServer: createHttp2Server } = await import('node:http2');
  if (tls === undefined) return createHttp2Server({ settings });
  const server = createSecureServer({ ...handshake, settings, allowHTTP1: true, ...tls });
  // Not every version of Node takes these as options of this server; all of them read them from it.
  return Object.assign(server, timing);
}

/** What Node takes for no limit where 0 would be one. */
const NO_LIMIT_MS = 2 ** 31 - 1;

function timingOf(
  { headTimeoutMs, requestTimeoutMs, idleTimeoutMs }: Required<TimeLimits>,
  headerLimitBytes: number,
): Readonly<Record<TimingOption, number>> {
  // A head is a part of its request, and Node refuses to give it more time.
  const headersTimeout = requestTimeoutMs === 0 ? headTimeoutMs : Math.min(headTimeoutMs, requestTimeoutMs);
  const shortest = Math.min(...[headersTimeout, requestTimeoutMs].filter((limit) => limit > 0));
  return {
    headersTimeout,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: idleTimeoutMs,
    connectionsCheckingInterval: Math.max(1, Math.min(5_000, shortest / 2)),
    maxHeaderSize: headerLimitBytes,
  };
}

type TimingOption =
  | 'headersTimeout'
  | 'requestTimeout'
  | 'keepAliveTimeout'
  | 'connectionsCheckingInterval'
  | 'maxHeaderSize';

function checkCertificate({ cert, pfx, SNICallback }: TlsOptions): void {
  if (cert !== undefined || pfx !== undefined || SNICallback !== undefined) return;
  throw new TypeError(
    'Serving over TLS needs a certificate, and tls has none; give cert and key, as PEM text or bytes, or pfx, or SNICallback',
  );
}
