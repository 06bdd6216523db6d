import { parseCookie, stringifySetCookie } from 'cookie';
import { copyOfData } from './copy-of-data.js';
import type { HostRequest, HostSession, SessionTurns, StoredSession } from './host.js';
import { turnsOf } from './session-turns.js';

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
  /**
   * How long a session lasts after it was last saved, in milliseconds; a `required` handler that uses it in the second half
   * of that time saves it again. Default 20 minutes (aspnet-handlers.md H11).
   */
  readonly maxAgeMs?: number;
  /** Send the cookie over TLS alone. Default: whether the request came over TLS. */
  readonly secure?: boolean;
  /** How long a request may wait for earlier ones of its session, in milliseconds. Default 30,000. */
  readonly waitMs?: number;
}

/** What {@link SessionOptions} are where nothing is said of them. */
export const SESSION_DEFAULTS: Readonly<Required<Pick<SessionOptions, 'cookieName' | 'maxAgeMs' | 'waitMs'>>> = {
  cookieName: 'verbena.sid',
  maxAgeMs: 20 * 60_000,
  waitMs: 30_000,
};

/** A request whose session cookie is sent beside its answer. */
export interface CookieCarrier extends HostRequest {
  readonly cookies: string[];
}

/** Keeps sessions in a store under a random identity, which a cookie carries. */
export class StoreSessions {
  readonly #options: Required<Omit<SessionOptions, 'secure'>> & Pick<SessionOptions, 'secure'>;
  readonly #turns: SessionTurns;

  constructor(options: SessionOptions) {
    this.#turns = turnsOf(options.store);
    this.#options = { ...SESSION_DEFAULTS, ...options };
  }

  of(request: CookieCarrier): HostSession {
    const { store, cookieName, maxAgeMs, waitMs, secure = request.secure } = this.#options;
    const cookie = parseCookie(request.headers.get('cookie') ?? '')[cookieName];
    const id = isSessionIdentity(cookie) ? cookie : undefined;
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
        const found = id === undefined ? undefined : await store.get(id);
        // Stores other than a Keyv may say null for what they do not hold.
        const stored = (found ?? undefined) as StoredRecord | undefined;
        // An unknown identity is never taken over: whoever sent it may have chosen it (session fixation).
        return new CookieSession(store, maxAgeMs, send, stored === undefined ? undefined : id, stored);
      },
      valuesOf: async (known) => ((await store.get(known)) as StoredRecord | null | undefined)?.values,
    };
  }
}

const IDENTITY = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Whether a text may be the identity of a session, a random UUID. To be asked before a store is: a client must not choose
 * among all the keys of a store.
 */
export function isSessionIdentity(text: string | undefined): text is string {
  return text !== undefined && IDENTITY.test(text);
}

/** What is kept in the store, by whichever host: sessions of one may be gone on with by another. */
export interface StoredRecord {
  readonly values: Record<string, unknown>;
  /** When it was saved, in milliseconds since 1970. */
  readonly savedAt: number;
}

class CookieSession implements StoredSession {
  #id: string;
  readonly isNew: boolean;
  readonly isAging: boolean;
  readonly values: Readonly<Record<string, unknown>>;

  constructor(
    private readonly store: SessionStore,
    private readonly maxAgeMs: number,
    private readonly send: (value: string, maxAge: number) => void,
    id: string | undefined,
    stored: StoredRecord | undefined,
  ) {
    this.isNew = id === undefined;
    this.isAging = stored !== undefined && Date.now() - stored.savedAt > maxAgeMs / 2;
    this.values = copyOfData(stored?.values ?? {});
    this.#id = id ?? crypto.randomUUID();
  }

  get id(): string {
    return this.#id;
  }

  async save(values: Record<string, unknown>): Promise<void> {
    await this.store.set(this.#id, { values, savedAt: Date.now() }, this.maxAgeMs);
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
