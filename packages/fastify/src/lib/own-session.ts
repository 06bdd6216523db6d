import { randomUUID } from 'node:crypto';
import { callbackify, promisify } from 'node:util';
import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import type { SessionOptions, SessionStore } from '@verbena/core';
import { copyOfData, errorOf, isSessionIdentity, type StoredRecord, type StoredSession } from '@verbena/core/adapter';
import type { FastifyInstance, FastifyRequest, Session } from 'fastify';

/** What is known of the sessions that are kept for us alone. */
export interface OwnSessionOptions extends Omit<SessionOptions, 'waitMs'> {
  readonly cookieName: string;
  readonly maxAgeMs: number;
  readonly secret?: string | readonly string[];
}

/** What @fastify/session asks of a request. */
interface Carrier {
  readonly raw: { readonly url: string };
  readonly protocol: string;
  cookies: Readonly<Record<string, string | undefined>>;
  session: fastifySession.FastifySessionObject | null;
}

/** The hook by which @fastify/session finds the session of a request. */
type Begin = (carrier: Carrier, reply: undefined, done: (error?: unknown) => void) => void;

/** Runs @fastify/session for one request at a time, without a hook that all requests would go through. */
export class OwnSessions {
  readonly #cookieName: string;
  readonly #signer: Signer;
  readonly #begin: Begin;
  readonly #store: fastifySession.SessionStore;

  /** @throws Error when the secret is too short */
  static async create(options: OwnSessionOptions): Promise<OwnSessions> {
    // It loads what serialises cookies when it is registered. Nothing else of it is wanted.
    await fastifyCookie(new HookRecorder().instance, { hook: false });
    return new OwnSessions(options);
  }

  private constructor({ cookieName, maxAgeMs, secret, secure, store }: OwnSessionOptions) {
    this.#cookieName = cookieName;
    this.#signer = secret === undefined ? UNSIGNED : new fastifyCookie.Signer(secret as string | string[]);
    this.#store = adapted(store, maxAgeMs);
    const recorder = new HookRecorder();
    const options: fastifySession.FastifySessionOptions = {
      secret: secret === undefined ? UNSIGNED : (secret as string | string[]),
      cookieName,
      idGenerator: () => randomUUID(),
      store: this.#store,
      cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure: secure ?? 'auto', maxAge: maxAgeMs },
    };
    fastifySession(recorder.instance, options, (error) => {
      if (error !== undefined) throw error;
    });
    this.#begin = recorder.hooks.get('onRequest') as Begin;
  }

  /** The identity a client brought, as far as it may be one of ours. */
  identityOf(request: FastifyRequest): string | undefined {
    return this.#identityIn(this.#cookieOf(request));
  }

  async open(request: FastifyRequest, send: (cookie: string) => void): Promise<StoredSession> {
    const cookie = this.#cookieOf(request);
    const carrier: Carrier = {
      // It would have nothing to do with paths where the cookie does not go; ours goes everywhere.
      raw: { url: '/' },
      protocol: request.protocol,
      cookies: { [this.#cookieName]: cookie },
      session: null,
    };
    await this.#beginFor(carrier);
    return new OwnSession(this.#cookieName, carrier, this.#identityIn(cookie), send, () => this.#beginFor(carrier));
  }

  /** What is stored under an identity. */
  async valuesOf(id: string): Promise<Record<string, unknown> | undefined> {
    const get = promisify((callback: (error: unknown, found?: OwnContent | null) => void) =>
      this.#store.get(id, callback as Parameters<fastifySession.SessionStore['get']>[1]),
    );
    return (await get())?.values;
  }

  #cookieOf({ raw }: FastifyRequest): string | undefined {
    const header = raw.headers.cookie;
    return header === undefined ? undefined : fastifyCookie.fastifyCookie.parse(header)[this.#cookieName];
  }

  #identityIn(cookie: string | undefined): string | undefined {
    const { value } = cookie === undefined ? { value: null } : this.#signer.unsign(cookie);
    return isSessionIdentity(value ?? undefined) ? (value ?? undefined) : undefined;
  }

  #beginFor(carrier: Carrier): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#begin(carrier, undefined, (error) => (error == null ? resolve() : reject(errorOf(error))));
    });
  }
}

/** Signs cookies, and tells which are signed. */
interface Signer {
  sign(value: string): string;
  unsign(value: string): fastifyCookie.UnsignResult;
}

/** Where there is no secret: identities are random. */
const UNSIGNED: Signer = {
  sign: (value) => value,
  unsign: (value) =>
    isSessionIdentity(value) ? { valid: true, renew: false, value } : { valid: false, renew: false, value: null },
};

/** Stands in for a Fastify application to which a plugin adds its hooks. */
class HookRecorder {
  readonly hooks: Map<string, unknown> = new Map();

  readonly instance: FastifyInstance = {
    decorate() {},
    decorateRequest() {},
    decorateReply() {},
    addHook: (name: string, hook: unknown) => this.hooks.set(name, hook),
  } as unknown as FastifyInstance;
}

/** A store as @fastify/session calls one. */
function adapted(store: SessionStore, maxAgeMs: number): fastifySession.SessionStore {
  const find = async (id: string): Promise<Session | undefined> => {
    // Only what may be an identity of ours: a client must not choose among all the keys of a store.
    const found = isSessionIdentity(id)
      ? ((await store.get(id)) as Partial<StoredRecord> | null | undefined)
      : undefined;
    if (found == null) return undefined;
    const { values = {}, savedAt = Date.now() } = found;
    const expires = new Date(savedAt + maxAgeMs);
    // Of one that is over, @fastify/session would store a successor, also for whom only looks.
    if (expires.getTime() <= Date.now()) return undefined;
    const content: OwnContent = { values, cookie: { originalMaxAge: maxAgeMs, expires } };
    return content;
  };
  return {
    get: callbackify(find),
    set: callbackify(async (id: string, { values = {} }: OwnContent) => {
      const record: StoredRecord = { values, savedAt: Date.now() };
      await store.set(id, { ...record }, maxAgeMs);
    }),
    destroy: callbackify(async (id: string) => void (await store.delete(id))),
  };
}

/** A session of @fastify/session whose values are one member, so that they may have any name. */
interface OwnContent extends Session {
  values?: Record<string, unknown>;
}

class OwnSession implements StoredSession {
  #id: string;
  readonly isNew: boolean;
  readonly isAging: boolean;
  readonly values: Readonly<Record<string, unknown>>;

  constructor(
    private readonly cookieName: string,
    private readonly carrier: Carrier,
    brought: string | undefined,
    private readonly send: (cookie: string) => void,
    private readonly begin: () => Promise<void>,
  ) {
    const { content } = this;
    this.#id = content.sessionId;
    this.isNew = content.sessionId !== brought;
    const { originalExpires, originalMaxAge } = content.cookie as typeof content.cookie & { originalExpires?: Date };
    this.isAging = originalExpires !== undefined && originalExpires.getTime() - Date.now() < Number(originalMaxAge) / 2;
    this.values = copyOfData((content as OwnContent).values ?? {});
  }

  get id(): string {
    return this.#id;
  }

  async save(values: Record<string, unknown>): Promise<void> {
    const { content } = this;
    (content as OwnContent).values = values;
    content.touch();
    await content.save();
    this.#send(content.encryptedSessionId, content.cookie.expires ?? undefined);
  }

  async regenerate(): Promise<void> {
    await this.content.destroy();
    // Begun without a cookie; `regenerate()` of @fastify/session would store it before it has values.
    this.carrier.cookies = {};
    await this.begin();
    this.#id = this.content.sessionId;
  }

  async destroy(): Promise<void> {
    const { content } = this;
    await content.destroy();
    this.#send('', new Date(0), content);
  }

  private get content(): fastifySession.FastifySessionObject {
    const { session } = this.carrier;
    if (session === null) throw new Error('The session was abandoned');
    return session;
  }

  #send(value: string, expires: Date | undefined, { cookie } = this.content): void {
    this.send(
      fastifyCookie.fastifyCookie.serialize(this.cookieName, value, {
        path: '/',
        httpOnly: true,
        sameSite: 'lax',
        // Made out from the request where nothing is said of it.
        secure: cookie.secure === true,
        ...(expires === undefined ? {} : { expires }),
      }),
    );
  }
}
