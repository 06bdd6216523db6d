import type { AnyClass } from '../class.js';
import { HttpContext } from '../context.js';
import { parametersOf } from './constructor-parameters.js';
import { type Interceptors, internalsOf, register, type Registration } from './container-internals.js';
import { ContainerScope } from './container-scope.js';
import { outsideRequest } from './faults.js';
import { InjectionGraph } from './injection-graph.js';
import { type RecipeSource, Recipes } from './recipes.js';
import { lifetimeOf, RegistrationReader } from './registration-reader.js';
import type { Parameter, Provider } from './service-source.js';
import { type DependencyContainer, Lifecycle } from './tsyringe.js';

/** The containers below the author's: one for what outlives requests, and parents of those that live shorter. */
export class Containers implements RecipeSource {
  readonly graph: InjectionGraph;
  readonly recipes: Recipes;
  /** Nothing stays here: what is built belongs to an instance. */
  readonly lasting: DependencyContainer;
  readonly #lastingScopes: DependencyContainer;
  readonly #requestScopes: DependencyContainer;
  readonly #reader: RegistrationReader;
  readonly #placed = new Set<unknown>();
  readonly #interceptors: Interceptors;

  constructor(container: DependencyContainer) {
    this.#interceptors = internalsOf(container).interceptors;
    this.#reader = new RegistrationReader(container);
    this.graph = new InjectionGraph(this);
    this.recipes = new Recipes(this);
    this.lasting = this.#childOf(container);
    // Making a child walks the registrations of its parent, so scopes have parents that hold few of them.
    this.#lastingScopes = this.#childOf(this.lasting);
    this.#requestScopes = this.#childOf(this.lasting);
    for (const token of this.#reader.tokens()) this.#place(token);
    register(this.lasting, HttpContext, [refusing(HttpContext)]);
  }

  providersOf(token: unknown): readonly Provider[] {
    // It may have been registered since, by a module that was imported late.
    this.#place(token);
    return this.#reader.registrationsOf(token).map((registration) => this.#reader.providerOf(token, registration));
  }

  parametersOf(type: AnyClass): readonly Parameter[] {
    return parametersOf(type);
  }

  singletonOf(token: unknown, provider: Provider): unknown {
    return this.graph.buildSingleton(token, provider);
  }

  watch(tokens: Iterable<unknown>): () => boolean {
    const { preResolution, postResolution } = this.#interceptors;
    const known = [...tokens];
    const intercepted = known.flatMap((token) => [preResolution.getAll(token), postResolution.getAll(token)]);
    const isRegisteredAsBefore = this.#reader.watch(known);
    return () => isRegisteredAsBefore() && intercepted.every((interceptors) => interceptors.length === 0);
  }

  openLastingScope(): ContainerScope {
    return new ContainerScope(this.#childOf(this.#lastingScopes));
  }

  openRequestContainer(context: HttpContext | undefined): DependencyContainer {
    const child = this.#childOf(this.#requestScopes);
    if (context !== undefined) child.registerInstance(HttpContext, context);
    return child;
  }

  /** Sends those who ask for a singleton to where it belongs, and keeps what belongs to a request out of what lasts. */
  #place(token: unknown): void {
    if (this.#placed.has(token)) return;
    const registrations = this.#reader.registrationsOf(token);
    if (registrations.length === 0) return;
    this.#placed.add(token);
    const lifetimes = registrations.map(lifetimeOf);
    if (lifetimes.every((lifetime) => lifetime === 'transient')) return;
    const places = registrations.map((registration) => this.#placesOf(token, registration));
    register(
      this.lasting,
      token,
      places.map(({ lasting }) => lasting),
    );
    if (!lifetimes.includes('request')) return;
    register(
      this.#requestScopes,
      token,
      places.map(({ ofRequest }) => ofRequest),
    );
  }

  #placesOf(token: unknown, registration: Registration): { lasting: Registration; ofRequest: Registration } {
    switch (lifetimeOf(registration)) {
      case 'transient':
        return { lasting: registration, ofRequest: registration };
      case 'request':
        // A copy without instance, which tsyringe copies again for each scope.
        return {
          lasting: refusing(token),
          ofRequest: { provider: registration.provider, options: registration.options },
        };
      case 'singleton': {
        const provider = this.#reader.providerOf(token, registration);
        const sentHome = calling(() => this.graph.buildSingleton(token, provider));
        return { lasting: sentHome, ofRequest: sentHome };
      }
    }
  }

  #childOf(container: DependencyContainer): DependencyContainer {
    const child = container.createChildContainer();
    // Interceptors hold for the container alone that they were given to; nobody could give any to these.
    internalsOf(child).interceptors = this.#interceptors;
    return child;
  }
}

function calling(useFactory: () => unknown): Registration {
  return { provider: { useFactory }, options: { lifecycle: Lifecycle.Transient } };
}

function refusing(token: unknown): Registration {
  return calling(() => {
    throw outsideRequest(token);
  });
}
