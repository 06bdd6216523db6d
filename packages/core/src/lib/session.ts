import { VerbenaError } from './errors.js';
import type { HostSession, StoredSession } from './host.js';

/** How a handler uses the session: it may change it, or only read a snapshot of it. */
export type SessionMode = 'required' | 'readonly';

/**
 * The session of one request, for a handler that declared one.
 *
 * Under `required`, requests of one session run one after another and changes are saved when the handler has ended
 * without an error. Under `readonly` the request waits for nobody, sees a snapshot, and every change throws.
 */
export class HttpSession {
  readonly #stored: StoredSession;
  readonly #endTurn: (() => void) | undefined;
  readonly #values: Map<string, unknown>;
  #saved: string;
  #open = true;
  #headersSent = false;
  #id: string;

  /** Whether nothing was stored for this client before. */
  readonly isNew: boolean;
  readonly isReadOnly: boolean;

  /** @internal */
  constructor(stored: StoredSession, endTurn: (() => void) | undefined) {
    this.#stored = stored;
    this.#endTurn = endTurn;
    this.#values = new Map(Object.entries(stored.values));
    this.#saved = endTurn === undefined ? '' : serialise(this.#values);
    this.#id = stored.id;
    this.isNew = stored.isNew;
    this.isReadOnly = endTurn === undefined;
  }

  /** Identity of the session in its store. It changes with `regenerate()`. */
  get id(): string {
    return this.#id;
  }

  /** The stored value, or undefined. What you change inside it is saved with the session. */
  get(key: string): unknown {
    return this.#values.get(key);
  }

  /**
   * Stores a value, which must be serialisable as JSON.
   *
   * @throws VerbenaError `session-read-only`, `session-closed`, or `session-late` for a new session whose cookie can no
   * longer be sent
   */
  set(key: string, value: unknown): void {
    this.#checkWritable('Setting', key);
    this.#values.set(key, value);
  }

  /** Removes a value and tells whether it was there. Throws as {@link set} does. */
  delete(key: string): boolean {
    this.#checkWritable('Deleting', key);
    return this.#values.delete(key);
  }

  keys(): readonly string[] {
    return [...this.#values.keys()];
  }

  /** Gives the session a new identity and keeps its values: do this when a user signs in. */
  async regenerate(): Promise<void> {
    this.#checkWritable('Regenerating', 'the session');
    if (this.#headersSent) throw late('Regenerating the session');
    await this.#stored.regenerate();
    this.#id = this.#stored.id;
    await this.#save();
  }

  /** Destroys the session and withdraws its cookie. */
  async abandon(): Promise<void> {
    this.#checkWritable('Abandoning', 'the session');
    this.#open = false;
    try {
      await this.#stored.destroy();
    } finally {
      this.#endTurn?.();
    }
  }

  /** Saves what changed and lets the session's next request begin, before this one is over. */
  async release(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    try {
      await this.#saveChanges();
    } finally {
      this.#endTurn?.();
    }
  }

  /** Saves what changed while its cookie can still be sent. @internal */
  async beforeHeaders(): Promise<void> {
    if (this.#open) await this.#saveChanges();
    this.#headersSent = true;
  }

  /** Lets go without saving, after an error. @internal */
  discard(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#endTurn?.();
  }

  async #saveChanges(): Promise<void> {
    if (this.isReadOnly || serialise(this.#values) === this.#saved) return;
    if (this.#headersSent && this.isNew && this.#saved === NOTHING) throw late('Saving the session');
    await this.#save();
  }

  async #save(): Promise<void> {
    this.#saved = serialise(this.#values);
    await this.#stored.save(Object.fromEntries(this.#values));
  }

  #checkWritable(action: string, what: string): void {
    if (!this.#open)
      throw new VerbenaError(
        'session-closed',
        `${action} "${what}" came after the session had been released or abandoned`,
      );
    if (this.isReadOnly) {
      throw new VerbenaError(
        'session-read-only',
        `${action} "${what}" needs a session that may be changed; declare session: 'required'`,
      );
    }
    if (this.#headersSent && this.isNew && this.#saved === NOTHING) throw late(`${action} "${what}"`);
  }
}

const NOTHING = '{}';

function serialise(values: ReadonlyMap<string, unknown>): string {
  return JSON.stringify(Object.fromEntries(values));
}

function late(action: string): VerbenaError {
  return new VerbenaError(
    'session-late',
    `${action} came after the headers had been sent, so the client cannot learn of the session; do it before the first flush()`,
  );
}

/** Opens the session of a request: takes its turn first when the handler may change it. */
export async function openSession(host: HostSession, mode: SessionMode, signal: AbortSignal): Promise<HttpSession> {
  if (mode === 'readonly') return new HttpSession(await host.load(), undefined);
  const key = host.key();
  // A client without a session has nothing to wait for, nor anyone to keep waiting.
  const endTurn = key === undefined ? (): void => {} : await host.turns.take(key, host.waitMs, signal);
  try {
    return new HttpSession(await host.load(), endTurn);
  } catch (error) {
    endTurn();
    throw error;
  }
}
