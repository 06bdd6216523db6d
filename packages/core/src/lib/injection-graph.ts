import { type AnyClass, isClass, nameOf } from './class.js';
import { HttpContext } from './context.js';
import { DeclarationError, type ErrorCode, VerbenaError } from './errors.js';
import { describeParameter } from './parameter-name.js';

/** Where the graph learns what was registered and what constructors ask for. */
export interface ServiceSource {
  /** What a token was registered with, in order; nothing when it was not. */
  providersOf(token: unknown): readonly Provider[];
  /** What the constructor of a class asks for. */
  parametersOf(type: AnyClass): readonly Parameter[];
}

/** One registration of a token. */
export interface Provider {
  /** `request`: one for each request. */
  readonly lifetime: 'transient' | 'singleton' | 'request';
  /** The class it constructs, or the token it stands for. */
  readonly leadsTo: { readonly token: unknown; readonly isClass: boolean; readonly isDelayed: boolean } | undefined;
  /** It may ask the container for anything, and nobody can tell beforehand for what. */
  readonly isOpaque: boolean;
  /** It gives a ready value. */
  readonly isValue: boolean;
  /** It gives one object for all who need it in what is built at one time. */
  readonly isOfGraph: boolean;
  /** How far below the root the container stands in which it was registered. */
  readonly depth: number;
  /** Gives its object, built in the container that stands so far below the root; a singleton's is built only once. */
  build(depth: number): unknown;
}

/** What one parameter of a constructor asks for. */
export interface Parameter {
  /** Nothing when no type was found. */
  readonly token: unknown;
  /** It takes all that was registered. */
  readonly isMultiple: boolean;
  readonly isOptional: boolean;
  /** It is resolved when it is first used, so it may close a circle. */
  readonly isDelayed: boolean;
  /** Token of what turns the value into the argument. */
  readonly transformer: unknown;
}

/** Whether instances hold something that belongs to one request. `perhaps`: a factory function may ask for it. */
export type RequestNeed = 'never' | 'perhaps' | 'always';

/** What building a token takes. */
export interface Summary {
  readonly request: RequestNeed;
  /** All of it is resolved at once: nothing below it is delayed or opaque. */
  readonly isPlain: boolean;
}

/** Something that can be injected. */
interface Service {
  readonly name: string;
  readonly provider: Provider | undefined;
  /** The class that is constructed, when this is one. */
  readonly type: AnyClass | undefined;
  readonly needs: Need[];
}

interface Need {
  readonly service: Service;
  /** Which parameter of a constructor asks for it. */
  readonly parameter: number | undefined;
  readonly isDelayed: boolean;
}

/** A parameter on the way from the class that is checked. */
interface Step {
  readonly type: AnyClass;
  readonly parameter: number;
  readonly before: Step | undefined;
}

/** Steps that build singletons, each after those it needs. */
type Plan = readonly (() => unknown)[];

const CONTEXT: Service = { name: HttpContext.name, provider: undefined, type: undefined, needs: [] };

/** What constructors need of each other, read once for each class. */
export class InjectionGraph {
  readonly #source: ServiceSource;
  /** By class, or by provider. */
  readonly #services = new Map<unknown, Service>();
  readonly #summaries = new Map<unknown, Summary>();
  readonly #plans = new Map<Provider, Plan>();
  /** Those being read; meeting one again closes a circle. */
  readonly #open = new Set<Service>();
  /** Delayed needs, read when nothing is open. */
  readonly #delayed: (() => void)[] = [];
  readonly #unchecked: Service[] = [];
  #faults: DeclarationError[] = [];

  constructor(source: ServiceSource) {
    this.#source = source;
  }

  /** Every fault in the graph of a class, but for those already told. */
  check(type: AnyClass): readonly DeclarationError[] {
    this.#faults = [];
    this.#read(type);
    for (const service of this.#unchecked.splice(0)) this.#checkSingleton(service);
    return this.#faults;
  }

  /** What building a token takes. */
  summaryOf(token: unknown): Summary {
    let summary = this.#summaries.get(token);
    if (summary === undefined) {
      const services = this.#read(token);
      const requests = [...reachable(services)].map(requestNeedOf);
      summary = {
        request: requests.includes('always') ? 'always' : requests.includes('perhaps') ? 'perhaps' : 'never',
        isPlain: ![...reachable(services)].some(resolvesLater),
      };
      this.#summaries.set(token, summary);
    }
    return summary;
  }

  /** Whether the class, or something it needs, asks for the context. */
  reachesContext(type: AnyClass): boolean {
    return reachable(this.#read(type)).has(CONTEXT);
  }

  /** Whether everybody who asks for the class gets the same instance. */
  isShared(type: AnyClass): boolean {
    const seen = new Set<Service>();
    for (let [service] = this.#read(type); service?.provider !== undefined && !seen.has(service); ) {
      if (service.provider.lifetime === 'singleton' || service.provider.isValue) return true;
      seen.add(service);
      service = service.needs[0]?.service;
    }
    return false;
  }

  /** For messages: how a class comes to hold something that belongs to one request. */
  describeRequestNeed(type: AnyClass): string {
    return (
      this.#read(type)
        .map(wayToRequest)
        .find((way) => way !== undefined) ?? 'it reaches nothing of a request'
    );
  }

  /** Gives a singleton, built where it sees all that it needs; the singletons it needs are built before it, each in its own place. */
  buildSingleton(token: unknown, provider: Provider): unknown {
    let plan = this.#plans.get(provider);
    if (plan === undefined) {
      this.#read(token, true);
      plan = this.#planOf(provider);
      this.#plans.set(provider, plan);
    }
    let built: unknown;
    for (const build of plan) built = build();
    return built;
  }

  #planOf(provider: Provider): Plan {
    const order = new Set<Service>();
    const service = this.#services.get(provider);
    if (service !== undefined) collectSingletons(service, order, new Set());
    return [...order].map((singleton) => {
      const home = homeDepthOf(singleton);
      return () => singleton.provider?.build(home);
    });
  }

  #read(token: unknown, isMultiple = false): readonly Service[] {
    const services = this.#visit(token, isMultiple, undefined);
    for (let next = this.#delayed.shift(); next !== undefined; next = this.#delayed.shift()) next();
    return services;
  }

  #visit(token: unknown, isMultiple: boolean, step: Step | undefined): readonly Service[] {
    if (token === HttpContext) return [CONTEXT];
    const providers = this.#source.providersOf(token);
    if (providers.length === 0) return isClass(token) ? [this.#visitClass(token, step)] : [];
    return (isMultiple ? providers : providers.slice(-1)).map((provider) => this.#visitProvider(token, provider, step));
  }

  #visitProvider(token: unknown, provider: Provider, step: Step | undefined): Service {
    return this.#once(provider, step, { name: titleOf(token), provider, type: undefined, needs: [] }, (service) => {
      if (provider.lifetime === 'singleton') this.#unchecked.push(service);
      const { leadsTo } = provider;
      if (leadsTo === undefined) return;
      this.#need(service, undefined, leadsTo.isDelayed, () =>
        leadsTo.isClass && isClass(leadsTo.token)
          ? [this.#visitClass(leadsTo.token, step)]
          : this.#visit(leadsTo.token, false, step),
      );
    });
  }

  #visitClass(type: AnyClass, step: Step | undefined): Service {
    return this.#once(type, step, { name: nameOf(type), provider: undefined, type, needs: [] }, (service) => {
      for (const [index, parameter] of this.#source.parametersOf(type).entries())
        this.#visitParameter(service, parameter, { type, parameter: index, before: step });
    });
  }

  #visitParameter(service: Service, parameter: Parameter, step: Step): void {
    const { token, isMultiple, isOptional, isDelayed, transformer } = parameter;
    if (transformer !== undefined) this.#need(service, step, false, () => this.#visit(transformer, false, step));
    this.#need(service, step, isDelayed, () => {
      // A class of the language itself is registered, or something else was meant.
      const isMeant = !isNative(token) || this.#source.providersOf(token).length > 0;
      const found = isMeant ? this.#visit(token, isMultiple, step) : [];
      if (found.length === 0 && !isOptional) this.#missing(token, step);
      return found;
    });
  }

  #need(service: Service, step: Step | undefined, isDelayed: boolean, visit: () => readonly Service[]): void {
    const add = (): void => {
      for (const needed of visit()) service.needs.push({ service: needed, parameter: step?.parameter, isDelayed });
    };
    if (isDelayed) this.#delayed.push(add);
    else add();
  }

  #once(key: unknown, step: Step | undefined, made: Service, read: (service: Service) => void): Service {
    const known = this.#services.get(key);
    if (known !== undefined) {
      if (this.#open.has(known)) this.#circle(known, step);
      return known;
    }
    this.#services.set(key, made);
    this.#open.add(made);
    read(made);
    this.#open.delete(made);
    return made;
  }

  #checkSingleton(service: Service): void {
    const way = wayToRequest(service);
    if (way === undefined) return;
    this.#fault(
      'captive-request-object',
      service.name,
      `is a singleton, yet ${way}; make it transient or container-scoped, or hand it the context as an argument`,
    );
  }

  #circle(service: Service, step: Step | undefined): void {
    const open = [...this.#open];
    const circle = open.slice(open.indexOf(service)).filter(({ type }) => type !== undefined);
    const names = [...circle, ...circle.slice(0, 1)].map(({ name }) => name).join(' -> ');
    let first = step;
    while (first !== undefined && first.type !== circle[0]?.type) first = first.before;
    if (first === undefined) {
      this.#fault(
        'injection-cycle',
        service.name,
        'is registered to stand for a token that stands for it; register a class or a value',
      );
      return;
    }
    this.#fault(
      'injection-cycle',
      nameOf(first.type),
      `parameter ${describeParameter(first.type, first.parameter)} leads back to ${nameOf(first.type)} itself (${names}); inject one of them through tsyringe's delay(), or take what both need into a third class`,
    );
  }

  #missing(token: unknown, step: Step): void {
    const parameter = `parameter ${describeParameter(step.type, step.parameter)}${describeWay(step)}`;
    if (typeof token === 'string' || typeof token === 'symbol') {
      this.#fault(
        'unregistered-token',
        nameOf(step.type),
        `${parameter} asks for ${titleOf(token)}, which is not registered; register it in the container given to createApp, before createApp`,
      );
      return;
    }
    const found =
      token === undefined
        ? 'has no type the container can see: its class has no decorator, or the compiler emits no types'
        : `is seen by the container as ${nameOf(token)}: an interface, a primitive or a type-only import leaves no class behind`;
    this.#fault(
      'missing-type',
      nameOf(step.type),
      `${parameter} ${found}; add \`static readonly inject = [...] as const\` with one class or token for each parameter, or give the parameter @inject(token)`,
    );
  }

  #fault(code: ErrorCode, subject: string, message: string): void {
    this.#faults.push(new DeclarationError(code, subject, message));
  }
}

/** All services below some, and these; below singletons only when asked for, as those are built apart. */
function reachable(
  services: readonly Service[],
  goesBelow: (service: Service) => boolean = (service) => service.provider?.lifetime !== 'singleton',
): ReadonlySet<Service> {
  const seen = new Set(services);
  // A set gives also what is added while it is gone through.
  for (const service of seen) if (goesBelow(service)) for (const need of service.needs) seen.add(need.service);
  return seen;
}

function requestNeedOf(service: Service): RequestNeed {
  if (service === CONTEXT || service.provider?.lifetime === 'request') return 'always';
  return service.provider?.isOpaque === true && service.provider.lifetime === 'transient' ? 'perhaps' : 'never';
}

function resolvesLater(service: Service): boolean {
  return requestNeedOf(service) === 'perhaps' || service.needs.some((need) => need.isDelayed);
}

function collectSingletons(service: Service, order: Set<Service>, seen: Set<Service>): void {
  if (seen.has(service)) return;
  seen.add(service);
  for (const need of service.needs) if (!need.isDelayed) collectSingletons(need.service, order, seen);
  if (service.provider?.lifetime === 'singleton') order.add(service);
}

/** The deepest container in which something that a service needs was registered. */
function homeDepthOf(service: Service): number {
  return Math.max(...[...reachable([service], () => true)].map(({ provider }) => provider?.depth ?? 0));
}

/** How a service reaches something that belongs to one request; nothing when it does not. */
function wayToRequest(service: Service): string | undefined {
  if (requestNeedOf(service) === 'always') return `${service.name} is registered as container-scoped`;
  const way = needsToRequest(service, new Set());
  if (way === undefined) return undefined;
  const names = [service.name, ...way.map((need) => need.service.name)];
  const path = names.filter((name, index) => name !== names[index - 1]).join(' -> ');
  const target = way[way.length - 1]?.service.name ?? '';
  const owners = [service, ...way.map((need) => need.service)];
  const first = way.findIndex((need) => need.parameter !== undefined);
  const { type } = owners[first] ?? {};
  const parameter = way[first]?.parameter;
  const through =
    type === undefined || parameter === undefined
      ? 'it'
      : `parameter ${describeParameter(type, parameter)} of its constructor`;
  return `${through} reaches ${target}, which belongs to one request (${path})`;
}

function needsToRequest(service: Service, seen: Set<Service>): readonly Need[] | undefined {
  if (requestNeedOf(service) === 'always') return [];
  if (seen.has(service)) return undefined;
  seen.add(service);
  for (const need of service.needs) {
    // A singleton that holds such a thing is a fault of its own.
    if (need.service.provider?.lifetime === 'singleton') continue;
    const rest = needsToRequest(need.service, seen);
    if (rest !== undefined) return [need, ...rest];
  }
  return undefined;
}

/** Which classes asked for the one whose parameter is told of, unless it is the one that is checked. */
function describeWay(step: Step): string {
  const names: string[] = [];
  for (let one: Step | undefined = step; one !== undefined; one = one.before) names.unshift(nameOf(one.type));
  return names.length === 1 ? '' : `, needed by ${names.slice(0, -1).join(' -> ')},`;
}

/** For what belongs to one request and is asked for where there is none. */
export function outsideRequest(token: unknown): VerbenaError {
  return new VerbenaError(
    'no-request-scope',
    `${titleOf(token)} was asked for outside a request; only what is built for one request can hold it`,
  );
}

/** A token for messages. */
export function titleOf(token: unknown): string {
  return typeof token === 'string' ? `"${token}"` : typeof token === 'symbol' ? String(token) : nameOf(token);
}

/** Whether a class comes with the language, such as `Object`, which stands for every interface. */
function isNative(token: unknown): boolean {
  return typeof token === 'function' && /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(token));
}
