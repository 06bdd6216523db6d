import { callbackify } from 'node:util';
import type fastifySession from '@fastify/session';
import { errorOf, type SessionTurns, type StoredSession } from '@verbena/core/adapter';
import type { FastifyReply, FastifyRequest } from 'fastify';

type Content = fastifySession.FastifySessionObject;

/** Whether the Fastify application has registered @fastify/session itself, for this request. */
export function hasInstalledSession(request: FastifyRequest): boolean {
  return (request as { readonly sessionStore?: unknown }).sessionStore !== undefined;
}

/** The session of one request whose application has registered @fastify/session itself. */
export class InstalledSessions {
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  readonly #turns: SessionTurns;

  constructor(request: FastifyRequest, reply: FastifyReply, turns: SessionTurns) {
    this.#request = request;
    this.#reply = reply;
    this.#turns = turns;
  }

  get identity(): string | undefined {
    return (this.#request.session as Content | null)?.sessionId;
  }

  /** What is stored under an identity. */
  async valuesOf(id: string): Promise<Record<string, unknown> | undefined> {
    const { sessionStore } = this.#request;
    const found = await new Promise<object | null | undefined>((resolve, reject) => {
      sessionStore.get(id, (error: unknown, session?: object | null) =>
        error == null ? resolve(session) : reject(errorOf(error)),
      );
    });
    return found == null ? undefined : valuesOf(found as Content);
  }

  /**
   * Loads the session again that the application had loaded before this request's turn came: other requests may have saved
   * it since. What hooks have changed in it is kept, unless somebody else has changed it as well.
   */
  async open(): Promise<StoredSession> {
    const request = this.#request;
    const loaded = request.session as Content | null;
    if (loaded?.sessionId === undefined) {
      throw new Error(
        `The session of @fastify/session is not there for ${request.url}; its cookie must have a path that holds this one, and no hook may destroy it before the handler`,
      );
    }
    const isKnown = cookieOf(request, loaded) !== undefined;
    // Of a new session nobody else can know.
    if (isKnown) {
      await load(request, loaded);
      const fresh = request.session;
      if (fresh.sessionId === loaded.sessionId && loaded.isModified() && storedHash(fresh) === storedHash(loaded)) {
        replaceValues(fresh, valuesOf(loaded));
        // At once, while it is this request's turn.
        await fresh.save();
      }
    }
    const isNew = !isKnown || request.session.sessionId !== loaded.sessionId;
    return new InstalledSession(request, this.#reply, this.#turns, isNew);
  }
}

class InstalledSession implements StoredSession {
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  readonly #turns: SessionTurns;
  readonly isNew: boolean;
  /** The application chose when its sessions are renewed (`rolling`). */
  readonly isAging: boolean = false;
  readonly values: Readonly<Record<string, unknown>>;
  #content: Content;
  #id: string;
  #isSaved = false;

  constructor(request: FastifyRequest, reply: FastifyReply, turns: SessionTurns, isNew: boolean) {
    this.#request = request;
    this.#reply = reply;
    this.#turns = turns;
    this.isNew = isNew;
    this.#content = request.session;
    this.#id = this.#content.sessionId;
    this.values = structuredClone(valuesOf(this.#content));
    request.session = this.#shared();
  }

  get id(): string {
    return this.#id;
  }

  async save(values: Record<string, unknown>): Promise<void> {
    for (const name of Object.keys(values)) {
      if (name === 'cookie' || name in Object.getPrototypeOf(this.#content)) {
        throw new Error(`The session value "${name}" cannot be saved: @fastify/session keeps that name for itself`);
      }
    }
    replaceValues(this.#content, values);
    await this.#content.save();
    this.#isSaved = true;
  }

  async regenerate(): Promise<void> {
    await this.#content.regenerate();
    this.#content = this.#request.session;
    this.#id = this.#content.sessionId;
    this.#isSaved = true;
    this.#request.session = this.#shared();
  }

  async destroy(): Promise<void> {
    const content = this.#content;
    await content.destroy();
    // @fastify/session leaves the cookie where it is. Only who registered it knows what it is called.
    const name = cookieOf(this.#request, content);
    const { path, domain } = content.cookie;
    if (name !== undefined) this.#reply.clearCookie(name, { path: path ?? '/', ...(domain == null ? {} : { domain }) });
  }

  /**
   * The session for everyone else to see. Before the answer is sent, @fastify/session saves it once more, by default also
   * when nothing has changed: after this request's turn, that could undo what another has saved meanwhile.
   */
  #shared(): Content {
    const saved = (): Promise<void> => this.#saveForOthers();
    const save = (callback?: (error?: unknown) => void): Promise<void> | void =>
      callback === undefined ? saved() : callbackify(saved)(callback);
    return new Proxy(this.#content, {
      get: (content, name, receiver) => (name === 'save' ? save : Reflect.get(content, name, receiver)),
    });
  }

  async #saveForOthers(): Promise<void> {
    const content = this.#content;
    if (content.isModified() || (this.isNew && !this.#isSaved)) await content.save();
    else if (!this.#isSaved) await this.#renew();
  }

  /** Saves what is stored once more, so that it lasts longer. */
  async #renew(): Promise<void> {
    // Whoever has the turn now is going to save, or to renew, by itself.
    const end = await this.#turns.take(this.#id, 0, NEVER).catch(() => undefined);
    if (end === undefined) return;
    try {
      const carrier = Object.create(this.#request, { session: { value: null, writable: true } }) as FastifyRequest;
      await load(carrier, this.#content);
      if (carrier.session.sessionId === this.#id) await carrier.session.save();
    } finally {
      end();
    }
  }
}

const NEVER = new AbortController().signal;

/** Loads what is stored of a session, or begins a new one where nothing is any more. */
function load(request: FastifyRequest, { encryptedSessionId }: Content): Promise<void> {
  return new Promise((resolve, reject) => {
    request.server.decryptSession(encryptedSessionId, request, (error) =>
      error == null ? resolve() : reject(errorOf(error)),
    );
  });
}

/** Name of the cookie by which a client brought a session. */
function cookieOf({ cookies }: FastifyRequest, { sessionId, encryptedSessionId }: Content): string | undefined {
  const [name] =
    Object.entries(cookies).find(
      ([, value]) => value !== undefined && (value.includes(sessionId) || value.endsWith(encryptedSessionId)),
    ) ?? [];
  return name;
}

/** @fastify/session keeps it under a symbol it does not export; session.test.ts fails when that changes. */
function storedHash(content: Content): unknown {
  const key = Object.getOwnPropertySymbols(content).find((symbol) => symbol.description === 'persistedHash');
  return key === undefined ? content : (content as unknown as Readonly<Record<symbol, unknown>>)[key];
}

function valuesOf(content: Content): Record<string, unknown> {
  return Object.fromEntries(Object.entries(content).filter(([name]) => name !== 'cookie'));
}

function replaceValues(content: Content, values: Readonly<Record<string, unknown>>): void {
  const members = content as unknown as Record<string, unknown>;
  for (const name of Object.keys(valuesOf(content))) delete members[name];
  Object.assign(members, values);
}
