import { isClass, nameOf } from './class.js';
import type { HttpContext } from './context.js';
import { VerbenaError } from './errors.js';
import type { HttpHandlerFactory } from './factory.js';
import type { HandlerClass, HttpHandler } from './handler.js';
import type { HandlerTypes } from './handler-types.js';
import type { HandlerSettings, HandlerSource, Lease } from './lease.js';
import { compileVerb } from './matching/verb.js';
import { isThenable } from './thenable.js';

/** Supplies the handlers of an author's factory: asks it to choose, and tells it of every end. */
export class FactorySource implements HandlerSource {
  constructor(
    private readonly factory: HttpHandlerFactory,
    private readonly name: string,
    private readonly types: HandlerTypes,
  ) {}

  /** Lends at once where `getHandler` chooses at once, so that no promise is made for it (`npm run bench`, factory). */
  lend(context: HttpContext): Lease | undefined | Promise<Lease | undefined> {
    const choice: unknown = this.factory.getHandler(context, verbFor(context), context.request.path);
    return isThenable(choice) ? this.#lendLater(choice, context) : this.#lendChosen(choice, context);
  }

  async #lendLater(choosing: PromiseLike<unknown>, context: HttpContext): Promise<Lease | undefined> {
    return this.#lendChosen(await choosing, context);
  }

  #lendChosen(choice: unknown, context: HttpContext): Lease | undefined | Promise<Lease | undefined> {
    if (choice === null || choice === undefined) return undefined;
    if (isClass(choice)) {
      const lease = this.types.poolOf(choice as HandlerClass).lend(context);
      return lease instanceof Promise
        ? this.#leaseLater(lease, choice, context)
        : this.#leaseOf(lease, choice, context);
    }
    if (!isHandler(choice)) throw this.#badChoice(choice, context);
    return new FactoryLease(this.factory, this.name, {
      handler: choice,
      settings: this.types.settingsOf(choice),
      isLentAgain: true,
      release: () => {},
    });
  }

  async #leaseLater(lending: Promise<Lease>, choice: unknown, context: HttpContext): Promise<Lease> {
    return this.#leaseOf(await lending, choice, context);
  }

  /** Whether a class is one of handlers shows when it has been built. */
  #leaseOf(lease: Lease, choice: unknown, context: HttpContext): Lease | Promise<Lease> {
    return isHandler(lease.handler)
      ? new FactoryLease(this.factory, this.name, lease)
      : this.#refuse(lease, choice, context);
  }

  async #refuse(lease: Lease, choice: unknown, context: HttpContext): Promise<never> {
    await lease.release(true);
    throw this.#badChoice(choice, context);
  }

  #badChoice(choice: unknown, context: HttpContext): VerbenaError {
    return new VerbenaError(
      'bad-choice',
      `${this.name}.getHandler chose ${nameOf(choice)} for ${verbFor(context)} ${context.request.path}, which is no handler; it may choose a class, an object with processRequest, or nothing`,
    );
  }
}

/** The verb a factory is asked for: a HEAD that its mapping answers as a GET is one (RFC 9110, 9.3.2). */
function verbFor({ request, mapping }: HttpContext): string {
  return request.verb === 'HEAD' && !compileVerb(mapping.verb).matches('HEAD') ? 'GET' : request.verb;
}

class FactoryLease implements Lease {
  readonly handler: HttpHandler;
  readonly settings: HandlerSettings;

  constructor(
    private readonly factory: HttpHandlerFactory,
    private readonly name: string,
    private readonly inner: Lease,
  ) {
    this.handler = inner.handler;
    this.settings = inner.settings;
  }

  get isLentAgain(): boolean {
    return this.inner.isLentAgain;
  }

  /** Gives back at once where `releaseHandler` has nothing to wait for (`npm run bench`, factory). */
  release(spoilt: boolean): void | Promise<void> {
    let told: unknown;
    try {
      told = this.factory.releaseHandler?.(this.handler);
    } catch (error) {
      return this.#releaseAfter(Promise.reject(error), spoilt);
    }
    return isThenable(told) ? this.#releaseAfter(told, spoilt) : this.inner.release(spoilt);
  }

  async #releaseAfter(telling: PromiseLike<unknown>, spoilt: boolean): Promise<void> {
    const errors: unknown[] = [];
    try {
      await telling;
    } catch (cause) {
      errors.push(
        new VerbenaError(
          'release-failed',
          `${this.name}.releaseHandler failed for a handler of ${this.settings.name}`,
          { cause },
        ),
      );
    }
    try {
      await this.inner.release(spoilt);
    } catch (error) {
      errors.push(error);
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1)
      throw new AggregateError(errors, `Giving back a handler of ${this.settings.name} failed twice`);
  }
}

/** Whether a value can answer requests. */
export function isHandler(value: unknown): value is HttpHandler {
  return (
    typeof value === 'object' &&
    value !== null &&
    'processRequest' in value &&
    typeof value.processRequest === 'function'
  );
}

/** The factory behind `verbs`: a class for each verb. */
export class VerbFactory implements HttpHandlerFactory {
  constructor(
    private readonly verbs: ReadonlyMap<string, HandlerClass>,
    private readonly author: Pick<HttpHandlerFactory, 'releaseHandler'>,
  ) {}

  getHandler(_context: HttpContext, verb: string): HandlerClass | undefined {
    return this.verbs.get(verb);
  }

  releaseHandler(handler: HttpHandler): void | Promise<void> {
    return this.author.releaseHandler?.(handler);
  }
}
