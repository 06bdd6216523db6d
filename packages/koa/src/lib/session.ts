import type { SessionOptions } from '@verbena/core';
import { type HostSession, KeyedTurns, type SessionTurns, type StoredSession } from '@verbena/core/adapter';
import Keyv from 'keyv';
import type Application from 'koa';
import type { Context } from 'koa';
import { createSession, type CreateSessionOptions } from 'koa-session';

/** Sessions of a Koa application. Any Keyv is a store; default one that lives in this process' memory. */
export type KoaSessionOptions = Partial<SessionOptions>;

/** koa-session's own object for one request. */
interface ContextSession {
  readonly opts: CreateSessionOptions;
  readonly store: unknown;
  readonly externalKey?: string;
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

const DEFAULTS = { cookieName: 'verbena.sid', maxAgeMs: 20 * 60_000, waitMs: 30_000 };

/** Runs koa-session for the requests whose handler declares a session, and for no other. */
export class KoaSessions {
  readonly #options: KoaSessionOptions & typeof DEFAULTS;
  readonly #turns: SessionTurns = new KeyedTurns();
  /** For each Koa application, how to reach koa-session's object, and whether the application installed it itself. */
  readonly #access = new WeakMap<Application, { readonly key: symbol; readonly installed: boolean }>();

  constructor(options: KoaSessionOptions = {}) {
    this.#options = { ...DEFAULTS, ...options };
  }

  of(ctx: Context): HostSession {
    const { key, installed } = this.#accessOf(ctx);
    // koa-session defines it on every context of an application it knows.
    const session = (ctx as unknown as Record<symbol, ContextSession>)[key] as ContextSession;
    return {
      waitMs: this.#options.waitMs,
      turns: this.#turns,
      key: () => identityOf(ctx, session.opts),
      async load() {
        // Loaded again where the application had it loaded already: other requests may have changed it since.
        if (session.store !== undefined) await session.initFromExternal();
        return installed ? new InstalledSession(ctx, session) : new OwnSession(ctx, session);
      },
    };
  }

  #accessOf(ctx: Context): { readonly key: symbol; readonly installed: boolean } {
    const app = ctx.app;
    const known = this.#access.get(app);
    if (known !== undefined) return known;
    const installed = contextSessionKey(app) !== undefined && !OURS.has(app);
    if (installed && this.#options.store !== undefined) {
      throw new Error(
        'The session of toKoa has a store, yet the Koa application has installed koa-session itself; give the store to one of them',
      );
    }
    if (!installed && !OURS.has(app)) {
      createSession(this.#koaSessionOptions(app), app);
      OURS.add(app);
    }
    const key = contextSessionKey(app);
    if (key === undefined)
      throw new Error('koa-session did not take hold of the Koa application; this version of it is not supported');
    const access = { key, installed };
    this.#access.set(app, access);
    return access;
  }

  #koaSessionOptions(app: Application): CreateSessionOptions {
    const { cookieName, maxAgeMs, secure, store = new Keyv() } = this.#options;
    return {
      key: cookieName,
      maxAge: maxAgeMs,
      // The identity is random; a signature is added where the application has keys to sign with.
      signed: app.keys !== undefined,
      sameSite: 'lax',
      ...(secure === undefined ? {} : { secure }),
      autoCommit: false,
      store: {
        get: async (id) => store.get(id),
        set: async (id, session: Record<string, unknown>, ttlMs) => void (await store.set(id, session, ttlMs)),
        destroy: async (id) => void (await store.delete(id)),
      },
    };
  }
}

/** Koa applications in which koa-session was set up here. */
const OURS = new WeakSet<Application>();

/** koa-session keeps its per-request object under a symbol it does not export; session.test.ts fails when that changes. */
function contextSessionKey(app: Application): symbol | undefined {
  return Object.getOwnPropertySymbols(app.context).find((symbol) => symbol.description === 'get contextSession');
}

function identityOf(ctx: Context, options: CreateSessionOptions): string | undefined {
  if (options.externalKey !== undefined) return options.externalKey.get(ctx);
  return ctx.cookies.get(options.key ?? '', { signed: options.signed ?? true });
}

/** What both kinds of session share. */
abstract class KoaStoredSession implements StoredSession {
  readonly isNew: boolean;
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
    await this.session.commit();
  }

  protected get content(): KoaSession {
    const content = this.session.get();
    if (content === null) throw new Error('The session was abandoned');
    return content;
  }

  protected async commit(): Promise<void> {
    try {
      await this.session.commit({ save: true });
    } catch (error) {
      // koa-session stores first and renews the cookie then; late in a stream only the cookie fails, and need not be renewed.
      const onlyCookieFailed =
        this.ctx.headerSent &&
        this.session.store !== undefined &&
        (error as { code?: unknown }).code === 'ERR_HTTP_HEADERS_SENT';
      if (!onlyCookieFailed) throw error;
    }
  }
}

/** A session that koa-session keeps for us alone: the values are one member, so that they may have any name. */
class OwnSession extends KoaStoredSession {
  readonly values: Readonly<Record<string, unknown>> = structuredClone(
    (this.content['values'] ?? {}) as Record<string, unknown>,
  );

  override async save(values: Record<string, unknown>): Promise<void> {
    this.content['values'] = values;
    await this.commit();
  }
}

/** A session shared with the application that installed koa-session: the values are its own members. */
class InstalledSession extends KoaStoredSession {
  #renewed = false;
  readonly values: Readonly<Record<string, unknown>> = structuredClone(this.content.toJSON());

  override async save(values: Record<string, unknown>): Promise<void> {
    const { content } = this;
    for (const name of Object.keys(content.toJSON())) delete content[name];
    for (const [name, value] of Object.entries(values)) {
      if (name.startsWith('_') || name in Object.getPrototypeOf(content) || name === 'isNew') {
        throw new Error(`The session value "${name}" cannot be saved: koa-session keeps that name for itself`);
      }
      content[name] = value;
    }
    await this.commit();
    // The application's own koa-session compares with what it loaded before; unless it sees what was saved here, it saves
    // once more after this request has given up its turn.
    if (this.session.store !== undefined && !this.isNew && !this.#renewed) await this.session.initFromExternal();
  }

  override async regenerate(): Promise<void> {
    this.#renewed = true;
    await super.regenerate();
  }
}
