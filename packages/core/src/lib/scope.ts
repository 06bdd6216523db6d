import 'reflect-metadata/lite';
import {
  container as globalContainer,
  type DependencyContainer,
  injectable,
  type InjectionToken,
  instanceCachingFactory,
  Lifecycle,
} from 'tsyringe';
import { Assembly, type Disposable, disposeAll } from './assembly.js';
import { type AnyClass, isClass } from './class.js';
import {
  type Container,
  type Interceptors,
  internalsOf,
  register,
  type Registration,
  RegistryWatch,
  registryOf,
  resolveIn,
  setInstance,
  takeFrom,
} from './container-internals.js';
import { HttpContext } from './context.js';
import type { DeclarationError } from './errors.js';
import { InjectionGraph, outsideRequest, type Parameter, type Provider, type RequestNeed } from './injection-graph.js';
import { type Recipe, type RecipeSource, Recipes } from './recipes.js';
import type { Scope, Token } from './token.js';

export type { DependencyContainer } from 'tsyringe';

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

/** The containers below the author's: one for what outlives requests, and parents of those that live shorter. */
class Containers implements RecipeSource {
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
    return tokensOf(type).map(parameterOf);
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

/** Objects built in a container of their own. */
class ContainerScope {
  constructor(readonly container: DependencyContainer) {}

  async dispose(): Promise<readonly unknown[]> {
    // tsyringe's own dispose() stops at the first object that throws.
    const errors = await disposeAll(takeFrom(this.container, 0));
    await this.container.dispose();
    return errors;
  }
}

/**
 * The objects of one request. They are built by recipes until something is asked for that only a container can build; that
 * is then opened, knows of what was built before, and builds all that follows.
 */
class RequestScope extends Assembly implements Scope {
  declare readonly context: HttpContext | undefined;
  readonly #containers: Containers;
  #opened: ContainerScope | undefined;

  constructor(context: HttpContext | undefined, containers: Containers) {
    super(context);
    this.#containers = containers;
  }

  resolve<Value>(token: Token<Value>): Value {
    const recipe = this.#opened === undefined ? this.#containers.recipes.recipeOf(token) : undefined;
    if (recipe !== undefined) return recipe(this) as Value;
    // Reading its constructor makes a class known to tsyringe.
    this.#containers.graph.summaryOf(token);
    return this.#container.resolve(token as InjectionToken<Value>);
  }

  override once(token: unknown, make: Recipe): unknown {
    // A constructor may have asked the context for something that needs the container.
    return this.#opened === undefined ? super.once(token, make) : this.#container.resolve(token as InjectionToken);
  }

  override keep(built: Disposable): void {
    if (this.#opened === undefined) super.keep(built);
    else internalsOf(this.#container).disposables.add(built);
  }

  override get isEmpty(): boolean {
    return this.#opened === undefined && super.isEmpty;
  }

  override dispose(): Promise<readonly unknown[]> {
    return this.#opened === undefined ? super.dispose() : this.#opened.dispose();
  }

  protected override share(token: unknown, made: unknown): void {
    if (this.#opened === undefined) super.share(token, made);
    else setInstance(this.#container, token, made);
  }

  get #container(): DependencyContainer {
    if (this.#opened === undefined) {
      const container = this.#containers.openRequestContainer(this.context);
      for (const [token, made] of this.shared) setInstance(container, token, made);
      for (const built of this.kept) internalsOf(container).disposables.add(built);
      this.#opened = new ContainerScope(container);
    }
    return this.#opened.container;
  }
}

/** What a container has built after so many others, as a scope; nothing when that is nothing. */
function takeBuilt(container: DependencyContainer, before: number): Pick<Scope, 'dispose'> | undefined {
  const built = takeFrom(container, before);
  return built.length === 0 ? undefined : { dispose: () => disposeAll(built) };
}

/** Reads what was registered in a container and in those above it, of which the nearest that knows a token counts. */
class RegistrationReader {
  /** The root first. */
  readonly #chain: readonly Container[];
  readonly #providers = new Map<Registration, Provider>();

  constructor(container: DependencyContainer) {
    const chain: Container[] = [];
    for (let one: Container | undefined = container; one !== undefined; one = internalsOf(one).parent)
      chain.unshift(one);
    this.#chain = chain;
  }

  tokens(): ReadonlySet<unknown> {
    return new Set(this.#chain.flatMap((container) => [...registryOf(container).entries()].map(([token]) => token)));
  }

  registrationsOf(token: unknown): readonly Registration[] {
    const container = this.#chain[this.#depthOf(token)];
    return container === undefined ? [] : registryOf(container).getAll(token);
  }

  providerOf(token: unknown, registration: Registration): Provider {
    const known = this.#providers.get(registration);
    if (known !== undefined) return known;
    const { provider } = registration;
    const made: Provider = {
      lifetime: lifetimeOf(registration),
      isOpaque: 'useFactory' in provider && provider.useFactory.length > 0,
      isValue: 'useValue' in provider,
      isOfGraph: registration.options.lifecycle === Lifecycle.ResolutionScoped,
      leadsTo: leadOf(registration),
      depth: this.#depthOf(token),
      build: (home) => registration.instance ?? resolveIn(this.#chain[home] ?? globalContainer, registration),
    };
    this.#providers.set(registration, made);
    return made;
  }

  /** Gives a function that tells whether these tokens are registered as they are now. */
  watch(tokens: readonly unknown[]): () => boolean {
    const watched = this.#chain.map((container) => new RegistryWatch(container, tokens));
    return () => watched.every((watch) => watch.isUnchanged());
  }

  #depthOf(token: unknown): number {
    return this.#chain.findLastIndex((container) => registryOf(container).has(token));
  }
}

const TYPES = 'design:paramtypes';

/** Where tsyringe's @inject keeps its tokens; scope.test.ts fails when that changes. */
const TOKENS = 'injectionTokens';

/**
 * What the constructor of a class asks for: by its `static inject`, by the types a compiler emitted, or else as its base
 * class. Also makes it known to tsyringe.
 */
function tokensOf(type: AnyClass): readonly unknown[] {
  if (Object.hasOwn(type, 'inject') && 'inject' in type && Array.isArray(type.inject)) {
    Reflect.defineMetadata(TYPES, [...(type.inject as readonly unknown[])], type);
  } else if (!Reflect.hasOwnMetadata(TYPES, type)) {
    const base: unknown = Object.getPrototypeOf(type);
    // tsyringe puts tokens among types, and where a compiler emits none, drops them.
    if (Reflect.hasOwnMetadata(TOKENS, type)) Reflect.defineMetadata(TYPES, Array.from({ length: type.length }), type);
    else if (isClass(base)) Reflect.defineMetadata(TYPES, [...tokensOf(base)], type);
  }
  if (Reflect.hasOwnMetadata(TYPES, type)) injectable()(type);
  // tsyringe puts the tokens of @inject among the types.
  const tokens = (Reflect.getOwnMetadata(TYPES, type) ?? []) as readonly unknown[];
  return Array.from({ length: Math.max(tokens.length, type.length) }, (_, index) => tokens[index]);
}

/** What tsyringe's parameter decorators leave behind. */
interface Descriptor {
  readonly token: unknown;
  readonly multiple?: boolean;
  readonly isOptional?: boolean;
  readonly transform?: unknown;
}

function parameterOf(asked: unknown): Parameter {
  const descriptor: Descriptor = isDescriptor(asked) ? asked : { token: asked };
  const { multiple = false, isOptional = false, transform } = descriptor;
  const inner = isDescriptor(descriptor.token) ? parameterOf(descriptor.token) : undefined;
  return {
    token: inner === undefined ? tokenOf(descriptor.token) : inner.token,
    isDelayed: inner?.isDelayed ?? isDelayed(descriptor.token),
    isMultiple: multiple || inner?.isMultiple === true,
    isOptional: isOptional || inner?.isOptional === true,
    transformer: transform,
  };
}

function isDescriptor(asked: unknown): asked is Descriptor {
  return typeof asked === 'object' && asked !== null && 'token' in asked;
}

/** What delay() gives. */
interface Delayed {
  wrap(): unknown;
}

function isDelayed(token: unknown): token is Delayed {
  return typeof token === 'object' && token !== null && 'createProxy' in token;
}

function tokenOf(token: unknown): unknown {
  return isDelayed(token) ? token.wrap() : token;
}

function calling(useFactory: () => unknown): Registration {
  return { provider: { useFactory }, options: { lifecycle: Lifecycle.Transient } };
}

function refusing(token: unknown): Registration {
  return calling(() => {
    throw outsideRequest(token);
  });
}

/** All functions made by instanceCachingFactory read the same. */
const CACHING = String(instanceCachingFactory(() => undefined));

function lifetimeOf({ provider, options }: Registration): Provider['lifetime'] {
  if (options.lifecycle === Lifecycle.ContainerScoped) return 'request';
  if (options.lifecycle === Lifecycle.Singleton) return 'singleton';
  // Whoever asks first has the one object built that all others get.
  return 'useFactory' in provider && String(provider.useFactory) === CACHING ? 'singleton' : 'transient';
}

function leadOf({ provider }: Registration): Provider['leadsTo'] {
  if ('useToken' in provider)
    return { token: tokenOf(provider.useToken), isClass: false, isDelayed: isDelayed(provider.useToken) };
  if ('useClass' in provider)
    return { token: tokenOf(provider.useClass), isClass: true, isDelayed: isDelayed(provider.useClass) };
  return undefined;
}
