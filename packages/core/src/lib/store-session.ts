import { parseCookie, stringifySetCookie } from 'cookie';
import type { HostRequest, HostSession, SessionTurns, StoredSession } from './host.js';
import { KeyedTurns } from './session-turns.js';

/** Where sessions are kept; any Keyv is one. */
export interface SessionStore {
  get(key: string): Promise<unknown>;
  /** @param ttlMs milliseconds after which the value may be forgotten */
  set(key: string, value: Record<string, unknown>, ttlMs: number): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

/** Sessions of an application that has no host to bring them. */
export interface SessionOptions {
  readonly store: SessionStore;
  /** Name of the cookie. Default `verbena.sid`. */
  readonly cookieName?: string;
  /** How long an unchanged session lasts, in milliseconds. Default 20 minutes (aspnet-handlers.md H11). */
  readonly maxAgeMs?: number;
  /** Send the cookie over TLS alone. Default: whether the request came over TLS. */
  readonly secure?: boolean;
  /** How long a request may wait for earlier ones of its session, in milliseconds. Default 30,000. */
  readonly waitMs?: number;
}

/** A request whose session cookie is sent beside its answer. */
interface CookieCarrier extends HostRequest {
  readonly cookies: string[];
}

/** Keeps sessions in a store under a random identity, which a cookie carries. */
export class StoreSessions {
  readonly #options: Required<Omit<SessionOptions, 'secure'>> & Pick<SessionOptions, 'secure'>;
  readonly #turns: SessionTurns = new KeyedTurns();

  constructor(options: SessionOptions) {
    this.#options = { cookieName: 'verbena.sid', maxAgeMs: 20 * 60_000, waitMs: 30_000, ...options };
  }

  of(request: CookieCarrier): HostSession {
    const { store, cookieName, maxAgeMs, waitMs, secure = request.secure } = this.#options;
    const id = parseCookie(request.headers.get('cookie') ?? '')[cookieName];
    const send = (value: string, maxAge: number): void => {
      request.cookies.splice(0);
      request.cookies.push(
        stringifySetCookie(cookieName, value, { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge }),
      );
    };
    return {
      waitMs,
      turns: this.#turns,
      key: () => id,
      async load() {
        const stored = id === undefined ? undefined : ((await store.get(id)) as Record<string, unknown> | undefined);
        // An unknown identity is never taken over: whoever sent it may have chosen it (session fixation).
        return new CookieSession(
          store,
          maxAgeMs,
          send,
          stored === undefined ? undefined : id,
          structuredClone(stored ?? {}),
        );
      },
    };
  }
}

class CookieSession implements StoredSession {
  #id: string;
  readonly isNew: boolean;

  constructor(
    private readonly store: SessionStore,
    private readonly maxAgeMs: number,
    private readonly send: (value: string, maxAge: number) => void,
    id: string | undefined,
    readonly values: Readonly<Record<string, unknown>>,
  ) {
    this.isNew = id === undefined;
    this.#id = id ?? crypto.randomUUID();
  }

  get id(): string {
    return this.#id;
  }

  async save(values: Record<string, unknown>): Promise<void> {
    await this.store.set(this.#id, values, this.maxAgeMs);
    this.send(this.#id, Math.ceil(this.maxAgeMs / 1000));
  }

  async regenerate(): Promise<void> {
    await this.store.delete(this.#id);
    this.#id = crypto.randomUUID();
  }

  async destroy(): Promise<void> {
    await this.store.delete(this.#id);
    this.send('', 0);
  }
}
