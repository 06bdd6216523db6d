import type { SessionOptions, SessionStore } from '@verbena/core';
import {
  copyOfData,
  type HostSession,
  memoryStoreOf,
  SESSION_DEFAULTS,
  type SessionTurns,
  type StoredSession,
  turnsOf,
} from '@verbena/core/adapter';
import type Application from 'koa';
import type { Context } from 'koa';
import { createSession, type CreateSessionOptions } from 'koa-session';
import { ownStore } from './own-store.js';

/** Sessions of a Koa application. Any Keyv is a store; default one that lives in this process' memory. */
export type KoaSessionOptions = Partial<SessionOptions>;

/** koa-session's own object for one request. */
interface ContextSession {
  readonly opts: CreateSessionOptions;
  readonly store: { get(id: string, maxAge: unknown, options: object): unknown } | undefined;
  readonly externalKey?: string;
  /** What was loaded: undefined before, false once abandoned. */
  readonly session: KoaSession | false | undefined;
  /** Checksum of what was loaded; undefined for a new session. */
  readonly prevHash?: number;
  get(): KoaSession | null;
  set(value: null): void;
  initFromExternal(): Promise<void>;
  commit(options?: { readonly save?: boolean; readonly regenerate?: boolean }): Promise<void>;
}

/** The session object koa-session gives to authors. */
interface KoaSession {
  readonly isNew: boolean;
  toJSON(): Record<string, unknown>;
  [key: string]: unknown;
}

/** What koa-session asks of a context, apart from what it only reads. */
interface Carrier {
  sessionOptions?: CreateSessionOptions;
  cookies: Context['cookies'];
}

/** How to reach koa-session's object for the requests of one Koa application. */
interface Access {
  /** Whether the application has installed koa-session itself. */
  readonly installed: boolean;
  readonly turns: SessionTurns;
  of(ctx: Context): ContextSession;
}

/** Runs koa-session for the requests whose handler declares a session, and for no other. */
export class KoaSessions {
  readonly #options: KoaSessionOptions & typeof SESSION_DEFAULTS;
  readonly #access = new WeakMap<Application, Access>();

  readonly #hasOwnStore: boolean;

  /** @param fallback what the application says of sessions, where nothing else is said of them under Koa */
  constructor(options: KoaSessionOptions | undefined, fallback: KoaSessionOptions | undefined) {
    this.#options = { ...SESSION_DEFAULTS, ...fallback, ...options };
    this.#hasOwnStore = options?.store !== undefined;
  }

  of(ctx: Context): HostSession {
    const { installed, turns, of } = this.#accessFor(ctx.app);
    const session = of(ctx);
    return {
      waitMs: this.#options.waitMs,
      turns,
      key: () => identityOf(ctx, session.opts),
      async load() {
        if (session.store !== undefined) await (installed ? reload(session) : session.initFromExternal());
        return installed ? new InstalledSession(ctx, session) : new OwnSession(ctx, session);
      },
      valuesOf: (id) => storedValues(session, ctx, id, installed),
    };
  }

  #accessFor(app: Application): Access {
    const known = this.#access.get(app);
    if (known !== undefined) return known;
    const key = contextSessionKey(app.context);
    const access =
      key === undefined
        ? this.#ownAccess(app)
        : { installed: true, turns: turnsOf(app), of: (ctx: Context) => at(ctx, key) };
    if (access.installed && this.#hasOwnStore) {
      throw new Error(
        'The session of toKoa has a store, yet the Koa application has installed koa-session itself; give the store to one of them',
      );
    }
    this.#access.set(app, access);
    return access;
  }

  #ownAccess(app: Application): Access {
    const store = this.#options.store ?? memoryStoreOf(app);
    // koa-session asks of an application no more than these. The application's own context stays as it is.
    const members = {};
    createSession(this.#koaSessionOptions(app, store), { use() {}, context: members });
    const key = contextSessionKey(members);
    if (key === undefined)
      throw new Error('koa-session keeps its object elsewhere; this version of it is not supported');
    const prototype = Object.create(app.context, {
      [key]: Object.getOwnPropertyDescriptor(members, key) ?? {},
    }) as object;
    const { secure } = this.#options;
    const of = (ctx: Context): ContextSession => {
      // A context of its own, so that Koa's stays as it is. Not one that inherits from Koa's: the engine would have to make a
      // class of every request's context (`npm run bench`, session).
      const carrier = Object.assign(Object.create(prototype) as Carrier, ctx);
      // Koa's own refuse a cookie for TLS alone where a proxy speaks TLS of which Koa is not told.
      if (secure === true)
        carrier.cookies = Object.create(ctx.cookies, { secure: { value: true } }) as Context['cookies'];
      const session = at(carrier, key);
      carrier.sessionOptions = session.opts;
      return session;
    };
    return { installed: false, turns: turnsOf(store), of };
  }

  #koaSessionOptions(app: Application, store: SessionStore): CreateSessionOptions {
    const { cookieName, maxAgeMs, secure } = this.#options;
    return {
      key: cookieName,
      maxAge: maxAgeMs,
      // The identity is random; a signature is added where the application has keys to sign with.
      signed: app.keys !== undefined,
      sameSite: 'lax',
      ...(secure === undefined ? {} : { secure }),
      store: ownStore(store, maxAgeMs),
    };
  }
}

/** koa-session keeps its per-request object under a symbol it does not export; session.test.ts fails when that changes. */
function contextSessionKey(context: object): symbol | undefined {
  return Object.getOwnPropertySymbols(context).find((symbol) => symbol.description === 'get contextSession');
}

function at(context: object, key: symbol): ContextSession {
  return (context as Readonly<Record<symbol, ContextSession>>)[key] as ContextSession;
}

/**
 * Loads a session again that the application had loaded before this request's turn came: other requests may have
 * changed it since. What middleware has changed in the meantime is kept, unless others did.
 */
async function reload(session: ContextSession): Promise<void> {
  const { prevHash, session: loaded } = session;
  // Of a new session nobody else can know.
  if (loaded !== undefined && prevHash === undefined) return;
  const own = loaded ? loaded.toJSON() : undefined;
  await session.initFromExternal();
  const fresh = session.get();
  if (own === undefined || fresh === null || session.prevHash !== prevHash) return;
  if (JSON.stringify(own) === JSON.stringify(fresh.toJSON())) return;
  replaceValues(fresh, own);
  // Saved at once, while it is this request's turn, and loaded again for koa-session to know that it was.
  await session.commit();
  await session.initFromExternal();
}

/** What the store holds, past koa-session, which would begin a new session where there is none. */
async function storedValues(
  { store, opts }: ContextSession,
  ctx: Context,
  id: string,
  installed: boolean,
): Promise<Record<string, unknown> | undefined> {
  const { maxAge, rolling } = opts;
  const content = (await store?.get(id, maxAge, { ctx, rolling })) as Record<string, unknown> | null | undefined;
  if (content == null || Number(content['_expire'] ?? Infinity) < Date.now()) return undefined;
  if (!installed) return content['values'] as Record<string, unknown>;
  return Object.fromEntries(Object.entries(content).filter(([name]) => !name.startsWith('_')));
}

function replaceValues(content: KoaSession, values: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(content.toJSON())) delete content[name];
  Object.assign(content, values);
}

function identityOf(ctx: Context, options: CreateSessionOptions): string | undefined {
  if (options.externalKey !== undefined) return options.externalKey.get(ctx);
  return ctx.cookies.get(options.key ?? '', { signed: options.signed ?? true });
}

/** What Node says of a header that comes too late, over HTTP/1.1 and over HTTP/2. */
const HEADERS_SENT: ReadonlySet<unknown> = new Set(['ERR_HTTP_HEADERS_SENT', 'ERR_HTTP2_HEADERS_SENT']);

/** What both kinds of session share. */
abstract class KoaStoredSession implements StoredSession {
  readonly isNew: boolean;
  abstract readonly isAging: boolean;
  abstract readonly values: Readonly<Record<string, unknown>>;

  constructor(
    protected readonly ctx: Context,
    protected readonly session: ContextSession,
  ) {
    this.isNew = this.content.isNew;
  }

  get id(): string {
    // A session kept in the cookie itself has no identity of its own.
    return this.session.externalKey ?? '';
  }

  abstract save(values: Record<string, unknown>): Promise<void>;

  async regenerate(): Promise<void> {
    await this.session.commit({ regenerate: true });
  }

  async destroy(): Promise<void> {
    this.session.set(null);
    await this.commit();
  }

  protected get content(): KoaSession {
    const content = this.session.get();
    if (content === null) throw new Error('The session was abandoned');
    return content;
  }

  protected async commit(options: { readonly save?: boolean } = {}): Promise<void> {
    try {
      await this.session.commit(options);
    } catch (error) {
      // koa-session asks the store first and sets the cookie then; late in a stream only the cookie fails. It need not be
      // renewed, and one that was not withdrawn leads to nothing.
      const onlyCookieFailed =
        this.ctx.headerSent && this.session.store !== undefined && HEADERS_SENT.has((error as { code?: unknown }).code);
      if (!onlyCookieFailed) throw error;
    }
  }
}

/** A session that koa-session keeps for us alone: the values are one member, so that they may have any name. */
class OwnSession extends KoaStoredSession {
  readonly values: Readonly<Record<string, unknown>> = copyOfData(
    (this.content['values'] ?? {}) as Record<string, unknown>,
  );

  get isAging(): boolean {
    const { _expire: expires } = this.content;
    return typeof expires === 'number' && expires - Date.now() < Number(this.session.opts.maxAge) / 2;
  }

  override async save(values: Record<string, unknown>): Promise<void> {
    this.content['values'] = values;
    await this.commit({ save: true });
  }
}

/** A session shared with the application that installed koa-session: the values are its own members. */
class InstalledSession extends KoaStoredSession {
  #renewed = false;
  /** The application chose when its sessions are renewed (`rolling`, `renew`). */
  readonly isAging: boolean = false;
  readonly values: Readonly<Record<string, unknown>> = structuredClone(this.content.toJSON());

  override async save(values: Record<string, unknown>): Promise<void> {
    const { content } = this;
    for (const name of Object.keys(values)) {
      if (name.startsWith('_') || name in Object.getPrototypeOf(content) || name === 'isNew') {
        throw new Error(`The session value "${name}" cannot be saved: koa-session keeps that name for itself`);
      }
    }
    replaceValues(content, values);
    await this.commit({ save: true });
    // The application's own koa-session compares with what it loaded before; unless it sees what was saved here, it saves
    // once more after this request has given up its turn.
    if (this.session.store !== undefined && !this.isNew && !this.#renewed) await this.session.initFromExternal();
  }

  override async regenerate(): Promise<void> {
    this.#renewed = true;
    await super.regenerate();
  }
}
