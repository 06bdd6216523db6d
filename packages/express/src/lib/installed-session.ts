import { type SessionTurns, type StoredSession, turnsOf } from '@verbena/core/adapter';
import type { Request, Response } from 'express';
import type { Session, SessionData, Store } from 'express-session';
import { calledBack } from './callback.js';
import type { RequestSession } from './request-session.js';

/** The session of an express-session that the application has installed itself, shared with its own middleware. */
export function installedSession(req: Request, res: Response, waitMs: number): RequestSession {
  return new InstalledRequestSession(req, res, waitMs, turnsOf(req.sessionStore));
}

class InstalledRequestSession implements RequestSession {
  readonly #req: Request;
  readonly #res: Response;
  /** The identity and the cookie's name, as the client brought them; undefined where the session has just begun. */
  readonly #brought: Brought | undefined;
  #turn: 'none' | 'at once' | 'after others' = 'none';
  readonly turns: SessionTurns;

  constructor(
    req: Request,
    res: Response,
    readonly waitMs: number,
    turns: SessionTurns,
  ) {
    this.#req = req;
    this.#res = res;
    this.#brought = sessionOf(req) === undefined ? undefined : broughtBy(req);
    this.turns = {
      take: async (key, limitMs, signal) => {
        const turn = turns.take(key, limitMs, signal);
        const first = await Promise.race([turn, Promise.resolve()]);
        this.#turn = first === undefined ? 'after others' : 'at once';
        return turn;
      },
    };
  }

  key(): string | undefined {
    return this.#brought?.id;
  }

  async load(): Promise<StoredSession> {
    const { sessionStore } = this.#req;
    const current = sessionOf(this.#req);
    let isNew = this.#brought === undefined;
    let storedText: string | undefined;
    if (current === undefined) sessionStore.generate(this.#req);
    else if (this.#brought !== undefined) {
      const stored = await storedIn(sessionStore, current.id);
      if (stored === undefined) {
        // Someone has destroyed it meanwhile; what was loaded before must not bring it back.
        sessionStore.generate(this.#req);
        isNew = true;
      } else storedText = await this.#bringUpToDate(current, stored);
    }
    return new InstalledSession(this.#req, this.#res, isNew, this.#brought?.cookieName, storedText);
  }

  async valuesOf(id: string): Promise<Record<string, unknown> | undefined> {
    const stored = await storedIn(this.#req.sessionStore, id);
    return stored === undefined ? undefined : valuesOf(stored);
  }

  /** Nothing to do: the application's own express-session sends its cookie. */
  sendCookie(): void {}

  /**
   * Takes over what the store holds now: other requests may have changed it since the application loaded the session. What
   * middleware has changed in the meantime is kept, unless others changed something, too. Gives what is stored, as text;
   * undefined where that cannot be told.
   */
  async #bringUpToDate(session: AnySession, stored: SessionData): Promise<string | undefined> {
    // Where sessions run out, each that is saved has a new time.
    const changedByOthers = this.#turn === 'after others' || expiryOf(stored) !== expiryOf(session);
    if (changedByOthers) {
      replaceValues(session, valuesOf(stored));
      return textOf(stored);
    }
    const text = textOf(session);
    // Others may have changed it just now, and it is nobody's turn; express-session knows what middleware has changed.
    if (this.#turn === 'none') return text === textOf(stored) ? text : undefined;
    // While it is this request's turn, and not at the end of the answer, as express-session would.
    if (text !== textOf(stored)) await calledBack((callback) => session.touch().save(callback));
    return text;
  }
}

class InstalledSession implements StoredSession {
  readonly #req: Request;
  readonly #res: Response;
  readonly #cookieName: string | undefined;
  readonly isNew: boolean;
  readonly isAging: boolean;
  readonly values: Readonly<Record<string, unknown>>;
  #saver: Saver;

  constructor(
    req: Request,
    res: Response,
    isNew: boolean,
    cookieName: string | undefined,
    storedText: string | undefined,
  ) {
    this.#req = req;
    this.#res = res;
    this.#cookieName = cookieName;
    this.#saver = new Saver(req, storedText);
    this.isNew = isNew;
    const { cookie } = req.session;
    const isTouched = req.sessionStore.touch !== undefined;
    // Where the store can, express-session itself makes a session last longer that was used.
    this.isAging = !isNew && !isTouched && Number(cookie.maxAge) < Number(cookie.originalMaxAge) / 2;
    this.values = valuesOf(req.session);
  }

  get id(): string {
    return this.#req.session.id;
  }

  async save(values: Record<string, unknown>): Promise<void> {
    const { session } = this.#req;
    for (const name of Object.keys(values)) {
      if (RESERVED.has(name) || name in Object.getPrototypeOf(session)) {
        throw new Error(`The session value "${name}" cannot be saved: express-session keeps that name for itself`);
      }
    }
    replaceValues(session, values);
    await this.#saver.save();
  }

  async regenerate(): Promise<void> {
    const req = this.#req;
    const { session } = req;
    try {
      await calledBack((callback) => session.regenerate(callback));
    } catch (error) {
      // The old one is still there, and the client is to keep it.
      Object.assign(req, { session, sessionID: session.id });
      throw error;
    }
    this.#saver = new Saver(req, undefined);
  }

  async destroy(): Promise<void> {
    const { cookie } = this.#req.session;
    await calledBack((callback) => this.#req.session.destroy(callback));
    if (this.#cookieName === undefined || this.#res.headersSent) return;
    const { path = '/', domain, httpOnly = false, sameSite = false } = cookie;
    this.#res.clearCookie(this.#cookieName, {
      path,
      httpOnly,
      sameSite,
      secure: cookie.secure === true,
      ...(domain === undefined ? {} : { domain }),
    });
  }
}

/** The application's session, whose `save` from now on stores nothing that is stored already. */
class Saver {
  readonly #session: AnySession;
  readonly #store: Session['save'];
  #storedText: string | undefined;

  /** @param storedText what the store holds, where that is known */
  constructor({ session, sessionStore }: Request, storedText: string | undefined) {
    this.#session = session;
    this.#store = session.save;
    this.#storedText = storedText;
    // At the end of the answer express-session saves whatever it does not know to be saved: a session that others have
    // changed, one that was given another identity. By then it may be the turn of another request.
    const save = (callback: (error?: unknown) => void = () => {}): AnySession => {
      if (textOf(session) !== this.#storedText) this.#save(callback);
      else if (sessionStore.touch === undefined) callback();
      else sessionStore.touch(session.id, session, callback);
      return session;
    };
    Object.defineProperty(session, 'save', { value: save, configurable: true, enumerable: false, writable: true });
  }

  /** Stores the session as it is, and has its lifetime begin anew. */
  save(): Promise<void> {
    this.#session.touch();
    return calledBack((callback) => this.#save(callback));
  }

  #save(callback: (error?: unknown) => void): void {
    const text = textOf(this.#session);
    this.#store.call(this.#session, (error: unknown) => {
      if (error === undefined || error === null) this.#storedText = text;
      callback(error);
    });
  }
}

type AnySession = Request['session'];

/** Names that express-session has in each session, besides those of its methods. */
const RESERVED: ReadonlySet<string> = new Set(['cookie', 'id', 'req']);

interface Brought {
  readonly id: string;
  readonly cookieName: string;
}

/** The session of a request, or undefined where middleware has destroyed it. */
function sessionOf(req: Request): AnySession | undefined {
  const session: AnySession | null | undefined = req.session;
  return session ?? undefined;
}

/** express-session does not tell whether it found the session or began it: the client knows the identity, or does not. */
function broughtBy({ headers, sessionID: id }: Request): Brought | undefined {
  for (const pair of headers.cookie?.split(';') ?? []) {
    const [cookieName = '', value = ''] = pair.split('=', 2);
    if (decoded(value).startsWith(`s:${id}.`)) return { id, cookieName: cookieName.trim() };
  }
  return undefined;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

async function storedIn(sessionStore: Store, id: string): Promise<SessionData | undefined> {
  try {
    const stored = await calledBack<SessionData | null>((callback) => sessionStore.get(id, callback));
    return stored ?? undefined;
  } catch (error) {
    // Stores in files report so what they do not hold.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Everything but what concerns the cookie, which changes with each request. */
function textOf(session: SessionData): string {
  return JSON.stringify({ ...session, cookie: undefined });
}

function valuesOf(session: SessionData): Record<string, unknown> {
  return JSON.parse(textOf(session)) as Record<string, unknown>;
}

/** Milliseconds since 1970, also where the store keeps a text; 0 for a session without an end. */
function expiryOf({ cookie: { expires } }: SessionData): number {
  return expires === undefined || expires === null ? 0 : new Date(expires).getTime();
}

function replaceValues(session: AnySession, values: Readonly<Record<string, unknown>>): void {
  const members = session as AnySession & Record<string, unknown>;
  for (const name of Object.keys(session)) if (name !== 'cookie') delete members[name];
  Object.assign(session, values);
}
