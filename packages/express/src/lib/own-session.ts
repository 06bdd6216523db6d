import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { SessionStore } from '@verbena/core';
import { isSessionIdentity, type SessionTurns, type StoredSession, turnsOf } from '@verbena/core/adapter';
import type { Request, RequestHandler, Response } from 'express';
import session, { type Session } from 'express-session';
import { calledBack } from './callback.js';
import { type OwnSessionData, OwnStore, type Wanted } from './own-store.js';
import type { RequestSession } from './request-session.js';

/** How the adapter keeps sessions of its own. */
export interface OwnSessionOptions {
  readonly cookieName: string;
  readonly maxAgeMs: number;
  readonly waitMs: number;
  readonly secure?: boolean;
  readonly secret?: string | readonly string[];
}

/** Sessions in a store, kept by an express-session that nobody else uses. */
export class OwnSessions {
  readonly #options: OwnSessionOptions;
  readonly #store: OwnStore;
  readonly #turns: SessionTurns;
  readonly #middleware: RequestHandler;

  constructor(store: SessionStore, options: OwnSessionOptions) {
    this.#options = options;
    this.#store = new OwnStore(store, options.maxAgeMs);
    this.#turns = turnsOf(store);
    // An identity is a random UUID, to which a signature adds nothing; express-session cannot do without.
    const { secret = 'verbena' } = options;
    this.#middleware = session({
      name: options.cookieName,
      store: this.#store,
      secret: typeof secret === 'string' ? secret : [...secret],
      genid: () => randomUUID(),
      resave: false,
      saveUninitialized: false,
      // It is asked for the cookie only when that is to be sent.
      rolling: true,
    });
  }

  of(req: Request, res: Response): RequestSession {
    const start: Start = (carrier, head, next) => {
      this.#middleware(carrier as unknown as Request, head as unknown as Response, next);
      return this.#store.takeWanted();
    };
    return new OwnRequestSession(req, res, this.#options, this.#turns, start, this.#store);
  }
}

/** Starts express-session; gives what it wants from the store before it calls back. */
type Start = (carrier: Carrier, head: Head, next: (error?: unknown) => void) => Wanted | undefined;

/**
 * All that express-session asks of a request, and where it leaves the session. It is not given Express' own request, where
 * other middleware may have something by the name of `session`.
 */
interface Carrier {
  readonly headers: IncomingHttpHeaders;
  readonly originalUrl: string;
  readonly secure: boolean;
  sessionID?: string;
  session?: Session & OwnSessionData;
}

/**
 * All that express-session asks of a response. It is not given Express' own: it would watch for the end of that and save
 * again, when this request has given up its turn.
 */
interface Head {
  /** Has the cookie put among the header fields. */
  writeHead(status: number): void;
  getHeader(name: string): unknown;
  setHeader(name: string, value: string[]): void;
  write(): void;
  end(): void;
}

class OwnRequestSession implements RequestSession {
  readonly #carrier: Carrier;
  readonly #head: Head;
  readonly #res: Response;
  readonly #options: OwnSessionOptions;
  readonly #start: Start;
  readonly #cookie: CookieState;
  #lookup: Lookup | undefined;
  readonly valuesOf: (id: string) => Promise<Record<string, unknown> | undefined>;

  constructor(
    req: Request,
    res: Response,
    options: OwnSessionOptions,
    readonly turns: SessionTurns,
    start: Start,
    store: OwnStore,
  ) {
    this.valuesOf = (id) => store.valuesOf(id);
    this.#res = res;
    this.#options = options;
    this.#start = start;
    this.#cookie = { secure: options.secure ?? req.secure, due: 'nothing' };
    // Whether the cookie is for TLS alone is settled above; express-session is not to keep it back. Its path is always /.
    this.#carrier = { headers: req.headers, originalUrl: '/', secure: true };
    this.#head = {
      writeHead() {},
      getHeader: (name) => res.getHeader(name),
      setHeader: (name, value) => void res.setHeader(name, value),
      write() {},
      end() {},
    };
  }

  get waitMs(): number {
    return this.#options.waitMs;
  }

  key(): string | undefined {
    const id = this.#begun().wanted?.id;
    return isSessionIdentity(id) ? id : undefined;
  }

  async load(): Promise<StoredSession> {
    const { wanted, over } = this.#begun();
    wanted?.bring();
    await over;
    return new OwnSession(this.#carrier, this.#options.maxAgeMs, this.#cookie, wanted?.id);
  }

  sendCookie(): void {
    const { due, secure } = this.#cookie;
    if (due === 'sending') this.#head.writeHead(200);
    else if (due === 'withdrawal') {
      this.#res.clearCookie(this.#options.cookieName, { httpOnly: true, sameSite: 'lax', secure });
    }
  }

  #begun(): Lookup {
    if (this.#lookup !== undefined) return this.#lookup;
    let wanted: Wanted | undefined;
    const over = calledBack((next) => {
      wanted = this.#start(this.#carrier, this.#head, next);
    });
    this.#lookup = { wanted, over };
    return this.#lookup;
  }
}

/** What express-session wants from the store for a request, if anything, and when it has its session. */
interface Lookup {
  readonly wanted: Wanted | undefined;
  readonly over: Promise<void>;
}

interface CookieState {
  readonly secure: boolean;
  due: 'nothing' | 'sending' | 'withdrawal';
}

class OwnSession implements StoredSession {
  readonly #carrier: Carrier;
  readonly #maxAgeMs: number;
  readonly #cookie: CookieState;
  readonly isNew: boolean;
  readonly isAging: boolean;
  readonly values: Readonly<Record<string, unknown>>;

  constructor(carrier: Carrier, maxAgeMs: number, cookie: CookieState, wantedId: string | undefined) {
    this.#carrier = carrier;
    this.#maxAgeMs = maxAgeMs;
    this.#cookie = cookie;
    // An identity that the store does not know is never taken over.
    this.isNew = this.id !== wantedId;
    this.isAging = !this.isNew && Number(this.#session.cookie.maxAge) < maxAgeMs / 2;
    this.values = this.#session.values ?? {};
  }

  get id(): string {
    return this.#session.id;
  }

  async save(values: Record<string, unknown>): Promise<void> {
    const { cookie } = this.#session;
    Object.assign(cookie, { sameSite: 'lax', secure: this.#cookie.secure, maxAge: this.#maxAgeMs });
    this.#session.values = values;
    await calledBack((callback) => this.#session.save(callback));
    this.#cookie.due = 'sending';
  }

  regenerate(): Promise<void> {
    return calledBack((callback) => this.#session.regenerate(callback));
  }

  async destroy(): Promise<void> {
    await calledBack((callback) => this.#session.destroy(callback));
    this.#cookie.due = 'withdrawal';
  }

  get #session(): Session & OwnSessionData {
    // Another one after it was regenerated. Nobody asks for it once it was destroyed.
    return this.#carrier.session as Session & OwnSessionData;
  }
}
