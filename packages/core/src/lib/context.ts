import type { MappingInfo } from './mapping.js';
import type { HttpRequest } from './request.js';
import type { HttpResponse } from './response.js';
import type { HttpSession } from './session.js';
import type { Token } from './token.js';

/** What a request's context asks of whoever runs the request. */
export interface ContextOwner {
  readonly session: HttpSession;
  readonly hasSession: boolean;
  readonly signal: AbortSignal;
  readonly handler: object | undefined;
  readonly native: unknown;
  resolve<Value>(token: Token<Value>): Value;
}

/** One request as its handler, its filters and its factory see it. Inject it to have it in a constructor. */
export class HttpContext {
  readonly #owner: ContextOwner;
  #items: Map<unknown, unknown> | undefined;
  #native: unknown;

  /** @internal */
  constructor(
    owner: ContextOwner,
    readonly request: HttpRequest,
    readonly response: HttpResponse,
    /** The mapping that took this request. */
    readonly mapping: MappingInfo,
  ) {
    this.#owner = owner;
  }

  /**
   * The client's session.
   *
   * @throws VerbenaError `session-undeclared` unless the handler declares `session: 'required'` or `'readonly'`
   */
  get session(): HttpSession {
    return this.#owner.session;
  }

  /** Whether {@link session} is to be had: the handler was chosen, and declares it. */
  get hasSession(): boolean {
    return this.#owner.hasSession;
  }

  /** Whatever filters, factories and handlers of this request want to tell each other. */
  get items(): Map<unknown, unknown> {
    this.#items ??= new Map();
    return this.#items;
  }

  /** Aborts when the client goes away, when `timeoutMs` is over, and when the application closes. */
  get signal(): AbortSignal {
    return this.#owner.signal;
  }

  /** The handler that answers, once it has been chosen. */
  get handler(): object | undefined {
    return this.#owner.handler;
  }

  /** What the host itself works with, such as Koa's `ctx`. */
  get native(): unknown {
    this.#native ??= this.#owner.native;
    return this.#native;
  }

  /** Asks the container, in the scope of this request. */
  resolve<Value>(token: Token<Value>): Value {
    return this.#owner.resolve(token);
  }
}
