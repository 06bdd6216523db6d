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
  /** Only of a session that may be changed: an answer that lasts is not to keep what its host has loaded. */
  readonly #stored: StoredSession | undefined;
  readonly #turns: HeldTurns | undefined;
  readonly #request: SessionRequest;
  #values: Map<string, unknown>;
  /** What was stored last, as text. */
  #saved: string;
  /** What the store was last asked to do; settles when that is over, however it ended. */
  #working: Promise<void> = Promise.resolve();
  /** The end of its use by this request, once that has begun. */
  #closing: Promise<void> | undefined;
  #isDiscarded = false;
  /** Whether a new identity was asked for and has not been given yet. */
  #isIdentityDue = false;
  /** Whether its old identity is gone, and nothing stored under the new one yet. */
  #isMoving = false;
  #headersSent = false;
  /** Whether its lifetime has begun anew. */
  #renewed = false;
  /** Whether the client has the identity, or is sent it with the head of the answer. */
  #isKnown: boolean;
  #id: string;

  /** Whether nothing was stored for this client before. */
  readonly isNew: boolean;
  readonly isReadOnly: boolean;

  /** @internal */
  constructor(stored: StoredSession, turns: HeldTurns | undefined, request: SessionRequest) {
    this.#request = request;
    this.#stored = turns === undefined ? undefined : stored;
    this.#turns = turns;
    this.#values = new Map(Object.entries(stored.values));
    this.#saved = turns === undefined ? '' : serialise(this.#values);
    this.#isKnown = !stored.isNew;
    this.#id = stored.id;
    this.isNew = stored.isNew;
    this.isReadOnly = turns === undefined;
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

  /**
   * Gives the session a new identity and keeps its values: do this when a user signs in.
   *
   * The answer waits for it, awaited or not. What fails is tried once more before the session is saved; failing again, it
   * fails the request. Rejects as {@link set} throws, and with `session-late` once the headers have been sent.
   */
  regenerate(): Promise<void> {
    const refusal =
      this.#refusal('Regenerating', 'the session') ??
      (this.#headersSent ? late('Regenerating the session') : undefined);
    if (refusal !== undefined) return Promise.reject(refusal);
    this.#isIdentityDue = true;
    return this.#work(() => this.#regenerate());
  }

  /**
   * Destroys the session and withdraws its cookie. The answer waits for it, awaited or not, and when it fails, so does the
   * request. Rejects as {@link set} throws.
   */
  abandon(): Promise<void> {
    const refusal = this.#refusal('Abandoning', 'the session');
    if (refusal !== undefined) return Promise.reject(refusal);
    return this.#close(async () => this.#stored?.destroy());
  }

  /**
   * Saves what changed and lets the session's next request begin, before this one is over. The answer waits for it, awaited
   * or not, and when it fails, so does the request. May be called again, which gives the same promise.
   */
  release(): Promise<void> {
    // Of a snapshot there is nothing to save, and it has had no turn.
    if (this.isReadOnly) this.#closing ??= Promise.resolve();
    return this.#closing ?? this.#close(() => this.#saveChanges());
  }

  /**
   * Reads what is stored now, for an answer that lasts: the session may have ended since, and is then empty. One that is not
   * read-only is left as it is, as nobody else changes it in its turn.
   *
   * Rejects with VerbenaError `session-unavailable` where the host's adapter cannot look again.
   */
  async refresh(): Promise<void> {
    if (!this.isReadOnly) return;
    const host = this.#request.hostSession;
    if (host?.valuesOf === undefined)
      throw new VerbenaError(
        'session-unavailable',
        'Refreshing the session failed: the adapter of this host has no valuesOf(id) to look again; end the answer, and let the client ask anew',
      );
    // A new one that was only looked at was never stored, and one without an identity lies with the client.
    if (this.isNew || this.#id === '') return;
    this.#values = new Map(Object.entries((await host.valuesOf(this.#id)) ?? {}));
  }

  /** Saves what changed while its cookie can still be sent. @internal */
  async beforeHeaders(): Promise<void> {
    await (this.#closing ??
      this.#work(async () => {
        await this.#saveChanges();
        this.#headersSent = true;
      }));
    // The failure of the request is about to be answered in their place.
    if (this.#isDiscarded) {
      throw new VerbenaError(
        'response-ended',
        'Flushing was not over when the handler failed, and its failure is answered instead; await flush() before what may fail',
      );
    }
  }

  /**
   * Lets go without saving, after an error, as soon as what the store was asked to do is over. Gives a promise of that, which
   * never rejects, where the session is just getting a new identity, of which the client is to be told with its answer.
   *
   * @internal
   */
  discard(): Promise<void> | undefined {
    if (this.#closing !== undefined) return undefined;
    this.#isDiscarded = true;
    const over = this.#close(() => this.#restore()).catch(() => {});
    return this.#isIdentityDue || this.#isMoving ? over : undefined;
  }

  #close(act: () => Promise<void>): Promise<void> {
    this.#closing = this.#work(async () => {
      try {
        await act();
      } finally {
        this.#turns?.end();
      }
    });
    return this.#closing;
  }

  /** Has the store do one thing after the other, in the order they were asked for. */
  #work(act: () => Promise<void>): Promise<void> {
    const work = this.#working.then(act);
    // Handlers need not wait for it: the answer does, and a failure that they do not hear of fails the request.
    this.#working = work.catch(() => {});
    return work;
  }

  async #regenerate(): Promise<void> {
    if (this.#isDiscarded) return;
    // The head may have been sent since this was asked for.
    if (this.#headersSent) throw late('Regenerating the session');
    await this.#stored?.regenerate();
    this.#isIdentityDue = false;
    this.#isMoving = true;
    this.#id = this.#stored?.id ?? this.#id;
    await this.#turns?.take(this.#id);
    // The request may have failed meanwhile.
    if (!this.#isDiscarded) await this.#save();
  }

  /** Stores again what a failed request has found (aspnet-handlers.md H8), where it is no longer stored by its old identity. */
  async #restore(): Promise<void> {
    if (this.#isMoving && this.#isKnown) await this.#save(this.#saved);
  }

  async #saveChanges(): Promise<void> {
    if (this.isReadOnly || this.#isDiscarded) return;
    // Under the old identity nothing may be saved that was meant for a new one (session fixation).
    if (this.#isIdentityDue) await this.#regenerate();
    if (!this.#isDue()) return;
    if (this.#headersSent && !this.#isKnown) throw late('Saving the session');
    await this.#save();
  }

  /** Whether something changed, or an unchanged session would soon end while it is in use. */
  #isDue(): boolean {
    if (this.#isMoving || serialise(this.#values) !== this.#saved) return true;
    return this.#stored?.isAging === true && !this.#renewed && !this.#headersSent;
  }

  async #save(text = serialise(this.#values)): Promise<void> {
    this.#renewed = true;
    // A copy: a store may keep what it is given, and what the handler changes from now on has not been saved.
    await this.#stored?.save(JSON.parse(text) as Record<string, unknown>);
    this.#saved = text;
    this.#isMoving = false;
    this.#isKnown = true;
  }

  #checkWritable(action: string, what: string): void {
    const refusal = this.#refusal(action, what);
    if (refusal !== undefined) throw refusal;
  }

  /** Why a change cannot be made, or undefined where it can. */
  #refusal(action: string, what: string): VerbenaError | undefined {
    if (this.#closing !== undefined) {
      return new VerbenaError(
        'session-closed',
        `${action} "${what}" came after the session had been released or abandoned`,
      );
    }
    if (this.isReadOnly) {
      return new VerbenaError(
        'session-read-only',
        `${action} "${what}" needs a session that may be changed; declare session: 'required'`,
      );
    }
    return this.#headersSent && !this.#isKnown ? late(`${action} "${what}"`) : undefined;
  }
}

function serialise(values: ReadonlyMap<string, unknown>): string {
  try {
    return JSON.stringify(Object.fromEntries(values));
  } catch (cause) {
    const [key] = [...values].find(([, value]) => !isSerialisable(value)) ?? [];
    throw new TypeError(`The session value "${key}" cannot be saved as JSON; store plain data`, { cause });
  }
}

function isSerialisable(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return true;
  } catch {
    return false;
  }
}

function late(action: string): VerbenaError {
  return new VerbenaError(
    'session-late',
    `${action} came after the headers had been sent, so the client cannot learn of the session; do it before the first flush()`,
  );
}

/** The turns one request has: by the identity its client brought, and by each that its session is given. */
class HeldTurns {
  readonly #host: HostSession;
  readonly #signal: AbortSignal;
  readonly #ends = new Map<string, () => void>();
  #isOver = false;

  constructor(host: HostSession, signal: AbortSignal) {
    this.#host = host;
    this.#signal = signal;
  }

  /** Waits for the turn of an identity; for a new one, which no other request can know, that is at once. */
  async take(id: string | undefined): Promise<void> {
    if (id === undefined || id === '' || this.#ends.has(id)) return;
    const end = await this.#host.turns.take(id, this.#host.waitMs, this.#signal);
    this.#ends.set(id, end);
    // The request may have been given up while it waited; nobody would end this turn later on.
    if (this.#isOver) end();
  }

  end(): void {
    this.#isOver = true;
    for (const end of this.#ends.values()) end();
  }
}

/** What a session needs of its request, as long as that lasts. */
export interface SessionRequest {
  /** Asked for only where there may be something to wait for. */
  readonly signal: AbortSignal;
  readonly hostSession: HostSession | undefined;
}

/** Opens the session of a request: takes its turn first when the handler may change it. */
export async function openSession(host: HostSession, mode: SessionMode, request: SessionRequest): Promise<HttpSession> {
  if (mode === 'readonly') return new HttpSession(await host.load(), undefined, request);
  const turns = new HeldTurns(host, request.signal);
  try {
    await turns.take(host.key());
    const stored = await host.load();
    await turns.take(stored.id);
    return new HttpSession(stored, turns, request);
  } catch (error) {
    turns.end();
    throw error;
  }
}
