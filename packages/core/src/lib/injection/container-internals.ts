import type { Disposable } from './assembly.js';
import { HttpContext } from '../context.js';

/** One of tsyringe's containers, which only `tsyringe.ts` knows by name. */
export type Container = object;

/** The parts of tsyringe's container that have no public name. */
export interface ContainerInternals {
  readonly parent?: Container;
  readonly _registry: Registry;
  readonly disposables: Set<Disposable>;
  readonly disposed: boolean;
  interceptors: Interceptors;
  resolveRegistration(
    registration: Registration,
    context: { readonly scopedResolutions: Map<unknown, unknown> },
  ): unknown;
}

interface Registry {
  has(token: unknown): boolean;
  getAll(token: unknown): readonly Registration[];
  setAll(token: unknown, registrations: readonly Registration[]): void;
  entries(): Iterable<[token: unknown, registrations: readonly Registration[]]>;
}

/** What is told of each token that is resolved, before and after. */
export interface Interceptors {
  readonly preResolution: Interceptions;
  readonly postResolution: Interceptions;
}

interface Interceptions {
  getAll(token: unknown): readonly unknown[];
}

/** One registration of a token. */
export interface Registration {
  readonly provider:
    | { readonly useValue: unknown }
    | { readonly useFactory: (container: never) => unknown }
    | { readonly useToken: unknown }
    | { readonly useClass: unknown };
  readonly options: { readonly lifecycle: number };
  instance?: unknown;
}

/** A container with the parts that have no public name. */
export function internalsOf(container: Container): ContainerInternals {
  // tsyringe tells nobody of its registrations and of what it has built; scope.test.ts fails when these fields change.
  return container as unknown as ContainerInternals;
}

/** What was registered in a container itself. */
export function registryOf(container: Container): Registry {
  return internalsOf(container)._registry;
}

/** Has a container hold these registrations of a token and no others. */
export function register(container: Container, token: unknown, registrations: readonly Registration[]): void {
  registryOf(container).setAll(token, registrations);
}

/** Builds what a registration gives, with what a container sees. */
export function resolveIn(container: Container, registration: Registration): unknown {
  return internalsOf(container).resolveRegistration(registration, { scopedResolutions: new Map() });
}

/** Has a container give an object that was built elsewhere as the one it has for a token. */
export function setInstance(container: Container, token: unknown, made: unknown): void {
  const registration = registryOf(container).getAll(token).at(-1);
  if (registration !== undefined) registration.instance = made;
}

/** Takes out of a container what it has built after so many others, so that it will not dispose that. */
export function takeFrom(container: Container, before: number): readonly Disposable[] {
  const { disposables } = internalsOf(container);
  if (disposables.size === before) return [];
  const built = [...disposables].slice(before);
  for (const one of built) disposables.delete(one);
  return built;
}

/** Whether a container has still the same registrations of some tokens; tsyringe tells nobody when it is given others. */
export class RegistryWatch {
  readonly #container: Container;
  readonly #registrations: readonly (readonly Registration[])[];
  readonly #counts: readonly number[];
  readonly #context: readonly Registration[];

  constructor(container: Container, tokens: readonly unknown[]) {
    const registry = registryOf(container);
    this.#container = container;
    // What is registered later is added to these.
    this.#registrations = tokens.map((token) => registry.getAll(token));
    this.#counts = this.#registrations.map(({ length }) => length);
    this.#context = registry.getAll(HttpContext);
  }

  isUnchanged(): boolean {
    // A container that is reset has others for all tokens, so one stands for all.
    if (registryOf(this.#container).getAll(HttpContext) !== this.#context) return false;
    return (
      !internalsOf(this.#container).disposed &&
      this.#registrations.every(({ length }, index) => length === this.#counts[index])
    );
  }
}
