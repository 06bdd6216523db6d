import type { SessionOptions } from '@verbena/core';
import { type HostSession, memoryStoreOf, SESSION_DEFAULTS, type SessionTurns, turnsOf } from '@verbena/core/adapter';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasInstalledSession, InstalledSessions } from './installed-session.js';
import { OwnSessions } from './own-session.js';

/** Sessions of a Fastify application. Any Keyv is a store; default one that lives in this process' memory. */
export interface FastifySessionOptions extends Partial<SessionOptions> {
  /**
   * Signs the cookie: a text of 32 letters or more, or several, of which the first signs and all are believed. Default: not
   * signed, as what the cookie holds is random.
   */
  readonly secret?: string | readonly string[];
}

/** Runs @fastify/session for the requests whose handler declares a session, and for no other. */
export class FastifySessions {
  readonly #waitMs: number;
  readonly #hasOwnStore: boolean;
  readonly #own: OwnSessions;
  readonly #turns: SessionTurns;

  /**
   * @param options as given to `toFastify`
   * @param fallback what the application says of sessions, where `options` say nothing
   */
  static async create(
    fastify: FastifyInstance,
    options: FastifySessionOptions | undefined,
    fallback: SessionOptions | undefined,
  ): Promise<FastifySessions> {
    const { waitMs, ...merged } = { ...SESSION_DEFAULTS, ...fallback, ...options };
    // All plugins of one Fastify application listen on one server, and share what they keep.
    const store = merged.store ?? memoryStoreOf(fastify.server);
    const own = await OwnSessions.create({ ...merged, store });
    return new FastifySessions(own, turnsOf(store), waitMs, options?.store !== undefined);
  }

  private constructor(own: OwnSessions, turns: SessionTurns, waitMs: number, hasOwnStore: boolean) {
    this.#own = own;
    this.#turns = turns;
    this.#waitMs = waitMs;
    this.#hasOwnStore = hasOwnStore;
  }

  /** @param send takes the session's cookie, to be sent with the answer; of several, the last */
  of(request: FastifyRequest, reply: FastifyReply, send: (cookie: string) => void): HostSession {
    if (hasInstalledSession(request)) return this.#installed(request, reply);
    return {
      waitMs: this.#waitMs,
      turns: this.#turns,
      key: () => this.#own.identityOf(request),
      load: () => this.#own.open(request, send),
      valuesOf: (id) => this.#own.valuesOf(id),
    };
  }

  #installed(request: FastifyRequest, reply: FastifyReply): HostSession {
    if (this.#hasOwnStore) {
      throw new Error(
        'The session of toFastify has a store, yet the Fastify application has registered @fastify/session itself; give the store to one of them',
      );
    }
    const turns = turnsOf(request.sessionStore);
    const sessions = new InstalledSessions(request, reply, turns);
    return {
      waitMs: this.#waitMs,
      turns,
      key: () => sessions.identity,
      load: () => sessions.open(),
      valuesOf: (id) => sessions.valuesOf(id),
    };
  }
}
