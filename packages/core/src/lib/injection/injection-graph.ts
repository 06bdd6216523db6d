import { type AnyClass, isClass, nameOf } from '../class.js';
import { HttpContext } from '../context.js';
import type { DeclarationError } from '../errors.js';
import { captiveObject, injectionCycle, missingDependency, type Step, titleOf } from './faults.js';
import {
  collectSingletons,
  CONTEXT,
  homeDepthOf,
  reachable,
  type RequestNeed,
  requestNeedOf,
  resolvesLater,
  type Service,
} from './service.js';
import type { Parameter, Provider, ServiceSource } from './service-source.js';
import { wayToRequest } from './way-to-request.js';

/** What building a token takes. */
export interface Summary {
  readonly request: RequestNeed;
  /** All of it is resolved at once: nothing below it is delayed or opaque. */
  readonly isPlain: boolean;
}

/** Steps that build singletons, each after those it needs. */
type Plan = readonly (() => unknown)[];

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
    for (const service of this.#unchecked.splice(0)) {
      const way = wayToRequest(service);
      if (way !== undefined) this.#faults.push(captiveObject(service, way));
    }
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
      if (found.length === 0 && !isOptional) this.#faults.push(missingDependency(token, step));
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
      if (this.#open.has(known)) this.#faults.push(injectionCycle(this.#circle(known), step));
      return known;
    }
    this.#services.set(key, made);
    this.#open.add(made);
    read(made);
    this.#open.delete(made);
    return made;
  }

  /** The services that are being read, from the one that was met again on. */
  #circle(service: Service): readonly Service[] {
    const open = [...this.#open];
    return open.slice(open.indexOf(service));
  }
}

/** Whether a class comes with the language, such as `Object`, which stands for every interface. */
function isNative(token: unknown): boolean {
  return typeof token === 'function' && /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(token));
}
