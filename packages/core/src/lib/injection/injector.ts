import type { AnyClass } from '../class.js';
import type { HttpContext } from '../context.js';
import type { DeclarationError } from '../errors.js';
import type { Scope, Token } from '../token.js';
import { Assembly, disposeAll } from './assembly.js';
import { internalsOf, registryOf, takeFrom } from './container-internals.js';
import { Containers } from './containers.js';
import type { Recipe } from './recipes.js';
import { RequestScope } from './request-scope.js';
import type { RequestNeed } from './service.js';
import { type DependencyContainer, globalContainer, type InjectionToken } from './tsyringe.js';

export type { DependencyContainer } from './tsyringe.js';

/**
 * Builds objects for one application. What it builds for a request lives in the request's scope; singletons are built where
 * they were registered, whoever asks for them first, so that they outlive the request and the application.
 */
export class Injector {
  /** Where the author's registrations are. */
  readonly #container: DependencyContainer;
  #containers: Containers;

  /** @param given the application's container; default the global one */
  constructor(given: DependencyContainer = globalContainer) {
    this.#container = given;
    this.#containers = new Containers(given);
  }

  /** Takes note of what was registered since. */
  refresh(): void {
    this.#containers = new Containers(this.#container);
  }

  /** Walks the graph of a class and gives every fault found in it, but for those it has given already. */
  check(type: AnyClass): readonly DeclarationError[] {
    return this.#containers.graph.check(type);
  }

  /** Whether instances of the class hold something that belongs to one request, so that they cannot outlive it. */
  needsRequest(type: AnyClass): RequestNeed {
    return this.#containers.graph.summaryOf(type).request;
  }

  /** For messages: how a class comes to hold something that belongs to one request. */
  describeRequestNeed(type: AnyClass): string {
    return this.#containers.graph.describeRequestNeed(type);
  }

  /** Whether the class is registered so that everyone gets the same instance. */
  isShared(type: AnyClass): boolean {
    return this.#containers.graph.isShared(type);
  }

  /**
   * Builds an instance that outlives requests.
   *
   * @returns the instance, and the scope that must be disposed with it when something disposable may be built for it
   */
  build<Value extends object>(
    type: new (...dependencies: never[]) => Value,
  ): { instance: Value; scope: Pick<Scope, 'dispose'> | undefined } {
    const containers = this.#containers;
    const { graph, lasting, recipes } = containers;
    const { isPlain, request } = graph.summaryOf(type);
    const recipe = request === 'never' ? recipes.recipeOf(type) : undefined;
    // A recipe keeps what is disposable in an assembly. What is resolved later, through delay() or by a factory function, needs a
    // container of its own to be found again. All else is built where nothing stays.
    if (recipe !== undefined) return assemble<Value>(recipe);
    const scope = isPlain ? undefined : containers.openLastingScope();
    // A constructor may have another request handled in the midst of this.
    const before = internalsOf(lasting).disposables.size;
    try {
      const instance = (scope?.container ?? lasting).resolve(type as InjectionToken<Value>);
      return { instance, scope: scope ?? takeBuilt(lasting, before) };
    } catch (error) {
      // What was built before the failure belongs to nobody.
      void (scope ?? takeBuilt(lasting, before))?.dispose();
      throw error;
    }
  }

  /** For work that no request reaches: whether the class, or something it needs, asks for the context nevertheless. */
  needsContext(type: AnyClass): boolean {
    return this.#containers.graph.reachesContext(type);
  }

  /** Has everybody who asks the author's container for a token given this instance. */
  provide<Value>(token: Token<Value>, instance: Value): void {
    this.#container.registerInstance(token as InjectionToken<Value>, instance);
  }

  /** The instance that {@link provide} gave the author's container itself for a token last; undefined where there is none. */
  provided<Value>(token: Token<Value>): Value | undefined {
    const provider = registryOf(this.#container).getAll(token).at(-1)?.provider;
    // Only an instance of the token's own kind was ever provided for it.
    return provider !== undefined && 'useValue' in provider ? (provider.useValue as Value) : undefined;
  }

  /** Opens the scope of one request, in which the context can be injected; left out, that of other work, in which it cannot. */
  openScope(context?: HttpContext): Scope {
    return new RequestScope(context, this.#containers);
  }
}

/** A container in which what is registered is seen by nobody else, and which knows all that the global one knows. */
export function ownContainer(): DependencyContainer {
  return globalContainer.createChildContainer();
}

function assemble<Value>(recipe: Recipe): { instance: Value; scope: Assembly | undefined } {
  const assembly = new Assembly(undefined);
  try {
    const instance = recipe(assembly) as Value;
    return { instance, scope: assembly.isEmpty ? undefined : assembly };
  } catch (error) {
    // What was built before the failure belongs to nobody.
    void assembly.dispose();
    throw error;
  }
}

/** What a container has built after so many others, as a scope; nothing when that is nothing. */
function takeBuilt(container: DependencyContainer, before: number): Pick<Scope, 'dispose'> | undefined {
  const built = takeFrom(container, before);
  return built.length === 0 ? undefined : { dispose: () => disposeAll(built) };
}
