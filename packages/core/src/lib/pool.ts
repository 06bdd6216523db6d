import type { HttpContext } from './context.js';
import type { PoolOptions } from './declaration.js';
import { type BuiltScope, disposeBuilt, disposerOf } from './disposal.js';
import { VerbenaError } from './errors.js';
import type { HandlerClass, HttpHandler } from './handler.js';
import type { HandlerSettings, HandlerSource, Lease } from './lease.js';
import type { Injector } from './injection/injector.js';
import { HttpSession } from './session.js';
import { startTimer } from './timer.js';

/** What a pool needs of the application. */
export interface PoolOwner {
  readonly injector: Injector;
  readonly development: boolean;
  warn(message: string): void;
  report(error: unknown, context?: HttpContext): void;
}

/**
 * The built-in factory of a handler class. It builds an instance for each request, and keeps those that say they are
 * reusable to lend them again, never to two requests at once.
 */
export class HandlerPool implements HandlerSource {
  readonly #type: HandlerClass;
  readonly #settings: HandlerSettings;
  readonly #owner: PoolOwner;
  /** Its class declares a pool, and so says that its instances outlive requests. */
  readonly #declared: boolean;
  readonly #max: number;
  readonly #idleMs: number;
  /** The longest idle first. */
  readonly #idle: PooledLease[] = [];
  readonly #line: { begin(): void }[] = [];
  readonly #warned = new Set<string>();
  #inUse = 0;
  #closed = false;
  #sweep: ReturnType<typeof setTimeout> | undefined;
  #emptied: (() => void) | undefined;

  constructor(type: HandlerClass, settings: HandlerSettings, options: PoolOptions | undefined, owner: PoolOwner) {
    this.#type = type;
    this.#settings = settings;
    this.#owner = owner;
    this.#declared = options !== undefined;
    this.#max = options?.max ?? Number.POSITIVE_INFINITY;
    this.#idleMs = options?.idleMs ?? 60_000;
  }

  lend(context: HttpContext): Lease | Promise<Lease> {
    if (this.#inUse < this.#max) {
      this.#inUse += 1;
      return this.#acquire(context);
    }
    return this.#waitInLine(context);
  }

  /** Drops idle instances now and those in use when they come back; resolves when none is left. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#sweep);
    await Promise.all(this.#idle.splice(0).map((lease) => this.#dropUnasked(lease)));
    if (this.#inUse > 0) await new Promise<void>((resolve) => (this.#emptied = resolve));
  }

  /** Takes an instance back. Gives a promise only when there is something to wait for. @internal */
  takeBack(lease: PooledLease, spoilt: boolean): void | Promise<void> {
    let done: void | Promise<void>;
    try {
      done = this.#keepOrDrop(lease, spoilt);
    } catch (error) {
      // Even isReusable may throw, as a getter.
      done = this.#dropAfter(error, lease);
    }
    if (done === undefined) this.#next();
    else return done.finally(() => this.#next());
  }

  #keepOrDrop(lease: PooledLease, spoilt: boolean): void | Promise<void> {
    const reusable = !spoilt && lease.handler.isReusable === true;
    if (reusable && lease.ofRequest) this.#warnOfScope();
    if (!reusable || this.#closed || lease.ofRequest) return this.#drop(lease);
    if (lease.handler.reset === undefined) this.#keep(lease);
    else return this.#reset(lease);
  }

  #acquire(context: HttpContext): Lease {
    const idle = this.#idle.pop();
    try {
      const lease = idle ?? this.#build(context);
      lease.context = context;
      return lease;
    } catch (error) {
      // Not at once: where everybody in a long line fails, each would stand on the stack of the one before.
      queueMicrotask(() => this.#next());
      throw error;
    }
  }

  #build(context: HttpContext): PooledLease {
    const { injector } = this.#owner;
    // What belongs to the request is built in its scope and ends with it.
    const need = injector.needsRequest(this.#type);
    if (need === 'always' || (need === 'perhaps' && !this.#declared))
      return new PooledLease(this, context.resolve(this.#type), this.#settings, undefined, true);
    const { instance, scope } = injector.build(this.#type);
    return new PooledLease(this, instance, this.#settings, scope, false);
  }

  #waitInLine(context: HttpContext): Promise<Lease> {
    const { signal } = context;
    return new Promise((resolve, reject) => {
      const place = {
        begin: () => {
          signal.removeEventListener('abort', leave);
          // Its turn has been handed over, so whoever left keeps counting as in use.
          new Promise<Lease>((give) => give(this.#acquire(context))).then(resolve, reject);
        },
      };
      const leave = (): void => {
        const index = this.#line.indexOf(place);
        if (index >= 0) this.#line.splice(index, 1);
        reject(signal.reason as Error);
      };
      this.#line.push(place);
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** Hands the place that became free to whoever waits longest. */
  #next(): void {
    const place = this.#line.shift();
    if (place !== undefined) {
      place.begin();
      return;
    }
    this.#inUse -= 1;
    if (this.#inUse === 0) this.#emptied?.();
  }

  async #reset(lease: PooledLease): Promise<void> {
    try {
      await lease.handler.reset?.();
    } catch (cause) {
      const message = `${this.#settings.name}.reset() failed, so the instance was dropped`;
      return this.#dropAfter(new VerbenaError('release-failed', message, { cause }), lease);
    }
    // The pool may have been closed meanwhile.
    if (this.#closed) await this.#drop(lease);
    else this.#keep(lease);
  }

  #keep(lease: PooledLease): void {
    if (this.#owner.development) this.#warnOfKept(lease);
    lease.context = undefined;
    lease.idleSince = performance.now();
    this.#idle.push(lease);
    if (this.#sweep === undefined) this.#sweepIn(this.#idleMs);
  }

  #sweepIn(delayMs: number): void {
    this.#sweep = startTimer(() => this.#dropIdle(), delayMs);
    const timer: unknown = this.#sweep;
    // Idle instances alone must not keep a Node process alive; elsewhere timers are numbers.
    if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
      timer.unref();
  }

  #dropIdle(): void {
    this.#sweep = undefined;
    const now = performance.now();
    const fresh = this.#idle.findIndex((lease) => now - lease.idleSince < this.#idleMs);
    const stale = this.#idle.splice(0, fresh < 0 ? this.#idle.length : fresh);
    for (const lease of stale) void this.#dropUnasked(lease);
    const oldest = this.#idle[0];
    if (oldest !== undefined) this.#sweepIn(this.#idleMs - (now - oldest.idleSince));
  }

  #drop(lease: PooledLease): void | Promise<void> {
    if (lease.isDisposable) return this.#dispose(lease);
  }

  async #dispose(lease: PooledLease): Promise<void> {
    const errors = await lease.dispose();
    if (errors.length === 0) return;
    throw new VerbenaError('release-failed', `Disposing an instance of ${this.#settings.name} failed`, {
      cause: errors.length === 1 ? errors[0] : new AggregateError(errors),
    });
  }

  /** Drops an instance that no request gives back. */
  async #dropUnasked(lease: PooledLease): Promise<void> {
    try {
      await this.#drop(lease);
    } catch (error) {
      this.#owner.report(error);
    }
  }

  /** Drops an instance that failed while it was given back, and rejects with its failure. */
  async #dropAfter(error: unknown, lease: PooledLease): Promise<void> {
    await this.#dropUnasked(lease);
    throw error;
  }

  #warnOfScope(): void {
    this.#warnOnce(
      '',
      this.#owner.injector.needsRequest(this.#type) === 'perhaps'
        ? `${this.#settings.name} says it is reusable, yet it is built for each request, as a factory function among its dependencies takes the container and may ask for what belongs to the request; declare a pool to say that it does not`
        : `${this.#settings.name} says it is reusable, yet it is built for each request: ${this.#owner.injector.describeRequestNeed(this.#type)}; read it from the context in processRequest instead`,
    );
  }

  #warnOfKept({ handler, context }: PooledLease): void {
    if (context === undefined) return;
    const { request, response } = context;
    for (const [property, value] of Object.entries(handler)) {
      const what =
        value === context
          ? 'context'
          : value === request
            ? 'request'
            : value === response
              ? 'response'
              : value instanceof HttpSession
                ? 'session'
                : undefined;
      if (what === undefined) continue;
      this.#warnOnce(
        property,
        `${this.#settings.name} went back to its pool with the ${what} of a finished request in its property "${property}"; clear it in reset(), or keep it in a local variable`,
      );
    }
  }

  #warnOnce(subject: string, message: string): void {
    if (!this.#owner.development || this.#warned.has(subject)) return;
    this.#warned.add(subject);
    this.#owner.warn(message);
  }
}

/** An instance of a pool, and at the same time its lease: an instance has at most one borrower. */
class PooledLease implements Lease {
  context: HttpContext | undefined;
  idleSince = 0;

  constructor(
    private readonly pool: HandlerPool,
    readonly handler: HttpHandler,
    readonly settings: HandlerSettings,
    private readonly scope: BuiltScope,
    readonly ofRequest: boolean,
  ) {}

  /** Known for sure when it comes back: until then `isReusable` is not read, as a getter may count. */
  get isLentAgain(): boolean {
    return !this.ofRequest && 'isReusable' in this.handler;
  }

  release(spoilt: boolean): void | Promise<void> {
    return this.pool.takeBack(this, spoilt);
  }

  /** Whether anything has to be done when the instance is dropped. */
  get isDisposable(): boolean {
    return this.scope !== undefined || disposerOf(this.handler, this.ofRequest) !== undefined;
  }

  /** Disposes the instance and what was built for it; gives the errors met on the way. */
  dispose(): Promise<readonly unknown[]> {
    return disposeBuilt(this.handler, this.scope, this.ofRequest || this.scope !== undefined);
  }
}
