import type { SessionOptions, SessionStore } from '@verbena/core';
import { memoryStoreOf, SESSION_DEFAULTS } from '@verbena/core/adapter';
import type { Application, Request, Response } from 'express';
import { installedSession } from './installed-session.js';
import { type OwnSessionOptions, OwnSessions } from './own-session.js';
import type { RequestSession } from './request-session.js';

/** Sessions of handlers under Express. Any Keyv is a store; default one that lives in this process' memory. */
export interface ExpressSessionOptions extends Partial<SessionOptions> {
  /**
   * Signs the cookie; of several, the first signs and each is accepted. Default: a signature that proves nothing, as the
   * identity in the cookie is random and nobody guesses it.
   */
  readonly secret?: string | readonly string[];
}

/** Runs express-session for the requests whose handler declares a session, and for no other. */
export class ExpressSessions {
  readonly #options: OwnSessionOptions & { readonly store?: SessionStore };
  readonly #hasOwnStore: boolean;
  readonly #own = new WeakMap<Application, OwnSessions>();

  /**
   * @param fallback what the application says of sessions, where nothing else is said of them under Express
   * @throws TypeError when a secret is empty
   */
  constructor(options: ExpressSessionOptions | undefined, fallback: SessionOptions | undefined) {
    const secrets = [options?.secret ?? []].flat();
    if (secrets.includes('') || (secrets.length === 0 && options?.secret !== undefined)) {
      throw new TypeError(
        'The session of toExpress has an empty secret, which signs nothing; give a text that nobody knows, or leave it out',
      );
    }
    this.#options = { ...SESSION_DEFAULTS, ...fallback, ...options };
    this.#hasOwnStore = options?.store !== undefined;
  }

  of(req: Request, res: Response): RequestSession {
    // express-session leaves its store in each request that it has seen.
    if ((req.sessionStore as unknown) === undefined) return this.#ownOf(rootOf(req.app)).of(req, res);
    if (this.#hasOwnStore) {
      throw new Error(
        'The session of toExpress has a store, yet the Express application has installed express-session itself; give the store to one of them',
      );
    }
    return installedSession(req, res, this.#options.waitMs);
  }

  #ownOf(app: Application): OwnSessions {
    let own = this.#own.get(app);
    if (own === undefined) {
      own = new OwnSessions(this.#options.store ?? memoryStoreOf(app), this.#options);
      this.#own.set(app, own);
    }
    return own;
  }
}

/** The application that listens: those mounted in it share its clients, and so the cookie. */
function rootOf(app: Application): Application {
  const { parent } = app as { readonly parent?: Application };
  return parent === undefined ? app : rootOf(parent);
}
