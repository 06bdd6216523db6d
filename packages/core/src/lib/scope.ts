import 'reflect-metadata';
import {
  container as globalContainer,
  type DependencyContainer,
  injectable,
  type InjectionToken,
  Lifecycle,
} from 'tsyringe';
import { type AnyClass, isClass, nameOf } from './class.js';
import { HttpContext } from './context.js';
import { DeclarationError, type ErrorCode, VerbenaError } from './errors.js';
import type { Scope, Token } from './token.js';

export type { DependencyContainer } from 'tsyringe';

/** What the constructor graph below one token needs. */
interface Graph {
  /** It holds something that belongs to one request. */
  readonly request: boolean;
  /** It builds objects that must be disposed. */
  disposables: boolean;
  /** Its singletons with the container each must be built in, dependencies first. */
  readonly singletons: ReadonlyMap<unknown, DependencyContainer>;
}

/**
 * Builds objects for one application. Knows, from walking constructor graphs, what belongs to a request, and sees to it
 * that a singleton is never built inside a request's scope, where it would be disposed with it.
 */
export class Injector {
  /** Where the author's registrations are. */
  readonly container: DependencyContainer;
  readonly #ownsContainer: boolean;
  readonly #graphs = new Map<unknown, Graph>();
  #scopeParent: DependencyContainer;

  /** @param given the application's container; default a child of the global one, which is disposed at the end */
  constructor(given?: DependencyContainer) {
    this.#ownsContainer = given === undefined;
    this.container = given ?? globalContainer.createChildContainer();
    this.#scopeParent = this.#makeScopeParent();
  }

  /** Takes note of what was registered since, as container-scoped registrations are copied into scopes. */
  refresh(): void {
    this.#graphs.clear();
    this.#scopeParent = this.#makeScopeParent();
  }

  /** Walks the graph of a token and gives every fault found in it. */
  check(token: Token<unknown>): readonly DeclarationError[] {
    const walk = new GraphWalk(this.container, this.#graphs);
    walk.visit(token, []);
    return walk.faults;
  }

  /** Whether instances of the class hold something that belongs to one request, so that they cannot outlive it. */
  needsRequest(token: Token<unknown>): boolean {
    return this.#graphOf(token).request;
  }

  /** Whether the class is registered so that everyone gets the same instance. */
  isShared(type: AnyClass): boolean {
    const found = registrationOf(this.container, type);
    return (
      found !== undefined &&
      (found.registration.options.lifecycle === Lifecycle.Singleton || 'useValue' in found.registration.provider)
    );
  }

  /**
   * Builds an instance that outlives requests.
   *
   * @returns the instance, and the scope that must be disposed with it when its graph builds disposable objects
   */
  build<Value extends object>(
    type: new (...dependencies: never[]) => Value,
  ): { instance: Value; scope: Scope | undefined } {
    const graph = this.#graphOf(type);
    this.#buildSingletons(graph);
    if (!graph.disposables) {
      const built = internalsOf(this.container).disposables;
      const before = built.size;
      const instance = this.container.resolve(type as InjectionToken<Value>);
      if (built.size === before) return { instance, scope: undefined };
      // A disposable the walk could not foresee, such as a dispose() made in a constructor: scoped from now on.
      graph.disposables = true;
    }
    const scope = new ChildScope(this, this.#scopeParent.createChildContainer());
    return { instance: scope.resolve(type), scope };
  }

  /** Opens the scope of one request, in which the context can be injected. */
  openScope(context: HttpContext): Scope {
    const child = this.#scopeParent.createChildContainer();
    child.registerInstance(HttpContext, context);
    return new ChildScope(this, child);
  }

  /** Builds the singletons below a token, each where it belongs, before anything is resolved in a scope. */
  prepare(token: Token<unknown>): void {
    this.#buildSingletons(this.#graphOf(token));
  }

  /** Disposes what the application's container has built, when the container is the application's own. */
  async dispose(): Promise<readonly unknown[]> {
    return this.#ownsContainer ? disposeContainer(this.container) : [];
  }

  #buildSingletons(graph: Graph): void {
    for (const [token, home] of graph.singletons) home.resolve(token as InjectionToken);
  }

  #graphOf(token: unknown): Graph {
    return this.#graphs.get(token) ?? new GraphWalk(this.container, this.#graphs).visit(token, []);
  }

  #makeScopeParent(): DependencyContainer {
    // Creating a child copies container-scoped registrations, walking all of its parent's: a parent that holds only
    // those keeps opening a request's scope independent of how much is registered.
    const parent = this.container.createChildContainer();
    parent.register(HttpContext as InjectionToken<HttpContext>, {
      useFactory: () => {
        throw new VerbenaError(
          'no-request-scope',
          'HttpContext was asked for outside a request; only what is built for one request can hold it',
        );
      },
    });
    return parent;
  }
}

class ChildScope implements Scope {
  constructor(
    private readonly injector: Injector,
    private readonly container: DependencyContainer,
  ) {}

  resolve<Value>(token: Token<Value>): Value {
    this.injector.prepare(token);
    return this.container.resolve(token as InjectionToken<Value>);
  }

  dispose(): Promise<readonly unknown[]> {
    return disposeContainer(this.container);
  }
}

/** Walks constructor graphs, once per token, noting faults on the way. */
class GraphWalk {
  readonly faults: DeclarationError[] = [];

  constructor(
    private readonly container: DependencyContainer,
    private readonly graphs: Map<unknown, Graph>,
  ) {}

  /** @param trail the classes being constructed around this one, outermost first */
  visit(token: unknown, trail: readonly AnyClass[]): Graph {
    const known = this.graphs.get(token);
    if (known !== undefined) return known;
    const graph = this.#walk(token, trail);
    // Inside a cycle the graph of a token is not whole yet.
    if (!(isClass(token) && trail.includes(token))) this.graphs.set(token, graph);
    return graph;
  }

  #walk(token: unknown, trail: readonly AnyClass[]): Graph {
    if (token === HttpContext) return REQUEST;
    const found = registrationOf(this.container, token);
    if (found === undefined) return isClass(token) ? this.#walkClass(token, trail) : LEAF;
    const { registration, owner } = found;
    const { provider } = registration;
    if ('useValue' in provider) return LEAF;
    // A factory that takes the container may ask it for anything, also for what belongs to the request.
    if ('useFactory' in provider) return provider.useFactory.length > 0 ? REQUEST : LEAF;
    const graph =
      'useToken' in provider ? this.visit(provider.useToken, trail) : this.#walkClass(provider.useClass, trail);
    switch (registration.options.lifecycle) {
      case Lifecycle.Singleton:
        return this.#singleton(token, owner, graph, trail);
      case Lifecycle.ContainerScoped:
        return { ...graph, request: true };
      default:
        return graph;
    }
  }

  #walkClass(type: AnyClass, trail: readonly AnyClass[]): Graph {
    if (trail.includes(type)) {
      const circle = [...trail.slice(trail.indexOf(type)), type].map(nameOf).join(' -> ');
      this.#fault(
        'injection-cycle',
        type,
        `constructing ${nameOf(type)} needs itself: ${circle}; inject one of them through tsyringe's delay(), or take what both need into a third class`,
      );
      return LEAF;
    }
    const inner = [...trail, type];
    const graphs = this.#parametersOf(type).map((parameter, index) => this.#walkParameter(parameter, index, inner));
    return joined(graphs, typeof type.prototype?.dispose === 'function');
  }

  #walkParameter(parameter: unknown, index: number, trail: readonly AnyClass[]): Graph {
    const type = trail[trail.length - 1] as AnyClass;
    if (isDescriptor(parameter)) {
      if (parameter.isOptional === true && registrationOf(this.container, parameter.token) === undefined) return LEAF;
      const transformer = parameter.transform === undefined ? [] : [this.visit(parameter.transform, trail)];
      return joined([this.#walkParameter(parameter.token, index, trail), ...transformer], false);
    }
    // A delayed constructor is resolved when it is first used, so it may close a circle.
    if (isDelayed(parameter)) return LEAF;
    if (typeof parameter === 'string' || typeof parameter === 'symbol') {
      if (registrationOf(this.container, parameter) === undefined) {
        this.#fault(
          'unregistered-token',
          type,
          `parameter ${describeParameter(type, index)} asks for ${String(parameter)}, which is not registered; register it in the container given to createApp, before createApp`,
        );
        return LEAF;
      }
      return this.visit(parameter, trail);
    }
    if (!isClass(parameter) || NO_SERVICE.has(parameter)) {
      this.#fault('missing-type', type, missingType(type, index, parameter));
      return LEAF;
    }
    return this.visit(parameter, trail);
  }

  /** The tokens of a class' constructor parameters; also makes them known to tsyringe. */
  #parametersOf(type: AnyClass): readonly unknown[] {
    const declared: unknown = 'inject' in type ? type.inject : undefined;
    if (Array.isArray(declared)) Reflect.defineMetadata(TYPES, [...declared], type);
    const types = Reflect.getMetadata(TYPES, type) as readonly unknown[] | undefined;
    if (types === undefined) return Array.from({ length: type.length });
    injectable()(type);
    const tokens = (Reflect.getOwnMetadata(TOKENS, type) ?? {}) as Readonly<Record<number, unknown>>;
    return types.map((declaredType, index) => tokens[index] ?? declaredType);
  }

  #singleton(token: unknown, owner: DependencyContainer, graph: Graph, trail: readonly AnyClass[]): Graph {
    if (graph.request) {
      this.#fault(
        'captive-request-object',
        isClass(token) ? token : (trail[trail.length - 1] as AnyClass),
        `${String(isClass(token) ? nameOf(token) : String(token))} is a singleton, yet its constructor reaches something that belongs to one request; make it transient or container-scoped, or hand it the context as an argument`,
      );
    }
    // Built where the deepest of its dependencies is registered, so that it sees them all and outlives every request.
    const homes = [...graph.singletons.values(), owner];
    const home = homes.reduce((deepest, one) => (depthOf(one) > depthOf(deepest) ? one : deepest));
    return { request: false, disposables: false, singletons: new Map([...graph.singletons, [token, home]]) };
  }

  #fault(code: ErrorCode, type: AnyClass, message: string): void {
    this.faults.push(new DeclarationError(code, nameOf(type), message));
  }
}

const TYPES = 'design:paramtypes';
const TOKENS = 'injectionTokens';
const LEAF: Graph = { request: false, disposables: false, singletons: new Map() };
const REQUEST: Graph = { request: true, disposables: false, singletons: new Map() };

/** What a compiler emits for a parameter whose type is no class: an interface, a primitive, a type-only import. */
const NO_SERVICE: ReadonlySet<unknown> = new Set([
  Object,
  Function,
  String,
  Number,
  Boolean,
  Array,
  Symbol,
  BigInt,
  Promise,
]);

function joined(graphs: readonly Graph[], disposable: boolean): Graph {
  return {
    request: graphs.some((graph) => graph.request),
    disposables: disposable || graphs.some((graph) => graph.disposables),
    singletons: new Map(graphs.flatMap((graph) => [...graph.singletons])),
  };
}

function missingType(type: AnyClass, index: number, found: unknown): string {
  const parameter = `parameter ${describeParameter(type, index)}`;
  const seen =
    found === undefined
      ? 'has no type the container can see'
      : `is seen by the container as ${nameOf(found)}: an interface, a primitive or a type-only import leaves no class behind`;
  return `${parameter} ${seen}; add \`static readonly inject = [...] as const\` with one class or token for each parameter, or give the parameter @inject(token)`;
}

/** The parameter's position, and its name as far as the class' text tells it. */
function describeParameter(type: AnyClass, index: number): string {
  const list = /\bconstructor\s*\(([^)]*)\)/.exec(Function.prototype.toString.call(type))?.[1] ?? '';
  const name = list.split(',')[index]?.trim().split(/\W/)[0];
  return name === undefined || name === '' ? `${index + 1}` : `${index + 1} (${name})`;
}

interface Descriptor {
  readonly token: unknown;
  readonly isOptional?: boolean;
  readonly transform?: unknown;
}

function isDescriptor(parameter: unknown): parameter is Descriptor {
  return typeof parameter === 'object' && parameter !== null && 'token' in parameter;
}

function isDelayed(parameter: unknown): boolean {
  return typeof parameter === 'object' && parameter !== null && 'createProxy' in parameter;
}

/** The parts of tsyringe's container that have no public reader. */
interface ContainerInternals {
  readonly parent?: DependencyContainer;
  readonly _registry: { has(token: unknown): boolean; get(token: unknown): Registration };
  readonly disposables: Set<{ dispose(): unknown }>;
}

interface Registration {
  readonly provider:
    | { readonly useValue: unknown }
    | { readonly useFactory: (container: DependencyContainer) => unknown }
    | { readonly useToken: unknown }
    | { readonly useClass: AnyClass };
  readonly options: { readonly lifecycle: Lifecycle };
}

function internalsOf(container: DependencyContainer): ContainerInternals {
  // tsyringe tells a registration's lifecycle to nobody; scope.test.ts fails when these fields change.
  return container as unknown as ContainerInternals;
}

function registrationOf(
  container: DependencyContainer,
  token: unknown,
): { registration: Registration; owner: DependencyContainer } | undefined {
  for (let owner: DependencyContainer | undefined = container; owner !== undefined; owner = internalsOf(owner).parent) {
    const registry = internalsOf(owner)._registry;
    if (registry.has(token)) return { registration: registry.get(token), owner };
  }
  return undefined;
}

function depthOf(container: DependencyContainer): number {
  const { parent } = internalsOf(container);
  return parent === undefined ? 0 : 1 + depthOf(parent);
}

async function disposeContainer(container: DependencyContainer): Promise<readonly unknown[]> {
  // tsyringe's own dispose() stops at the first object that throws.
  const built = internalsOf(container).disposables;
  const results = await Promise.allSettled([...built].reverse().map(async (one) => one.dispose()));
  built.clear();
  await container.dispose();
  return results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
}
