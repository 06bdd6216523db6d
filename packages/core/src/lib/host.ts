import type { RequestHeaders, ResponseHeaders } from './headers.js';

/** One request as a host framework hands it in. An adapter implements it; getters may do their work when asked. */
export interface HostRequest {
  /** Method token as the client sent it (RFC 9110, 9.1). */
  readonly verb: string;
  /** Path as the client sent it, percent-encoded, below the place where the application is mounted. */
  readonly path: string;
  /** Absolute URL as the client sent it. */
  readonly url: string;
  readonly headers: RequestHeaders;
  /** Address of the client, when the host knows it. */
  readonly ip: string | undefined;
  /** Whether the client reached the host over TLS. */
  readonly secure: boolean;
  /** The body's bytes, to be read once; null when the request carries none. */
  readonly body: HostBody | null;
  /** What the host itself works with, for authors who need it. */
  readonly native: unknown;
  /** The host's session library for this request, when it has one. */
  readonly session?: HostSession | undefined;
  /**
   * Calls back at most once, when the client goes away before its answer is complete. Gives a function that stops
   * listening, which is called when the request is over.
   */
  onClose(listener: () => void): () => void;
  /** Told of errors nobody expected, besides the application's `onError`. */
  onError?(error: unknown): void;
  /**
   * Given a promise that resolves when nothing is left of the request. For hosts that would stop a request with its answer,
   * although its handler may go on.
   */
  readonly waitUntil?: ((over: Promise<void>) => void) | undefined;
}

/** The body of a request, to be read once: piece by piece, or whole. */
export interface HostBody extends AsyncIterable<Uint8Array> {
  /**
   * Reads it to its end, for hosts that can do so for less than piece by piece. Where it fails because the reader wants no
   * more, the connection stays usable.
   */
  collect?(reader: BodyReader): void;
}

/** Who has a body read to its end. One of `end` and `fail` is called, once, and nothing after it. */
export interface BodyReader {
  /** Given each chunk as it comes. Throws when it wants no more. */
  take(chunk: Uint8Array): void;
  end(): void;
  /** Told that the body broke off, or what `take` has thrown. */
  fail(error: unknown): void;
}

/** What the host is to send. */
export interface HostAnswer {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** `content-length` is set for text and bytes; null means that the message has no content. */
  readonly body: string | Uint8Array | AnswerStream | null;
}

/** A piece of a body: bytes, or text, which is sent as UTF-8. Never empty. */
export type Chunk = string | Uint8Array;

/**
 * A body that comes piece by piece, pulled by the host. The host either reads it to its end or calls `return()` when
 * the client is gone; where it fails, the connection must be destroyed, not ended.
 */
export interface AnswerStream extends AsyncIterableIterator<Chunk> {
  next(): Promise<IteratorResult<Chunk, undefined>>;
  return(): Promise<IteratorResult<Chunk, undefined>>;
  /** As `next()`, for hosts that can do without a promise, which costs more than all the rest of it (`npm run bench`, stream). */
  pull(reader: PieceReader): void;
  /**
   * Calls back when the body fails, also while the host waits for a client that takes nothing and so does not ask for the
   * next piece: the host need not wait any longer.
   */
  onFailure(listener: (error: unknown) => void): void;
}

/** Who asks for the next piece of a body. One of these is called, once, maybe before `pull` returns. */
export interface PieceReader {
  take(piece: Chunk): void;
  end(): void;
  fail(error: unknown): void;
}

/** How a host's session library finds the session of one request. */
export interface HostSession {
  /** Waits at most this long for earlier requests of the session, in milliseconds. */
  readonly waitMs: number;
  /** Runs of one session take turns by this; one object for each store. */
  readonly turns: SessionTurns;
  /** The identity the client brought, or undefined when it brought none. Touches no store. */
  key(): string | undefined;
  /** Loads the session, or starts a new one. */
  load(): Promise<StoredSession>;
  /**
   * What is stored under an identity now, or undefined when there is nothing (any more). Changes nothing, and may be asked for
   * long after the head of the answer was sent. Left out, an answer that lasts cannot learn that its session is over.
   */
  valuesOf?(id: string): Promise<Readonly<Record<string, unknown>> | undefined>;
}

/** Lets the requests of one session run one after another, in the order they came. */
export interface SessionTurns {
  /** Resolves with a function that ends the turn. Rejects when the signal aborts or the time is over. */
  take(key: string, waitMs: number, signal: AbortSignal): Promise<() => void>;
}

/** A session as its store knows it. */
export interface StoredSession {
  readonly id: string;
  readonly isNew: boolean;
  /** Whether half of its lifetime is over, so that it is to be saved again although nothing changed. Default false. */
  readonly isAging?: boolean;
  /** What was stored; a copy of its own. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Stores the values and sends the session's cookie if the client needs it. */
  save(values: Record<string, unknown>): Promise<void>;
  /** Gives the session a new identity; what was stored under the old one is destroyed. */
  regenerate(): Promise<void>;
  /** Destroys what is stored and withdraws the cookie. */
  destroy(): Promise<void>;
}
