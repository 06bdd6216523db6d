import type { HttpContext } from './context.js';
import type { Filter } from './filter.js';
import type { HttpHandler } from './handler.js';
import type { SessionMode } from './session.js';

/** What a handler asks for, whichever way it was chosen. */
export interface HandlerSettings {
  /** Name for messages. */
  readonly name: string;
  readonly session: SessionMode | undefined;
  readonly timeoutMs: number | undefined;
  readonly bodyLimitBytes: number | undefined;
  readonly produces: readonly string[] | undefined;
  readonly use: readonly Filter[];
}

/** A handler lent to one request. */
export interface Lease {
  readonly handler: HttpHandler;
  readonly settings: HandlerSettings;
  /** Whether the handler may serve another request once it was given back, and so write over what it has returned. */
  readonly isLentAgain: boolean;
  /**
   * Gives the handler back; called exactly once. Rejects or throws when that fails, after having done all it can.
   *
   * @param spoilt the handler failed or was given up, so nobody may use it again
   */
  release(spoilt: boolean): void | Promise<void>;
}

/** Where the handlers of a mapping come from: built-in sources and authors' factories stand in the same place. */
export interface HandlerSource {
  /** Lends a handler; nothing when the source has none for this request. */
  lend(context: HttpContext): Lease | undefined | Promise<Lease | undefined>;
}
