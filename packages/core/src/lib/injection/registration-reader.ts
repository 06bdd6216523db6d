import {
  type Container,
  internalsOf,
  type Registration,
  RegistryWatch,
  registryOf,
  resolveIn,
} from './container-internals.js';
import { isDelayed, tokenOf } from './delayed-token.js';
import type { Provider } from './service-source.js';
import { type DependencyContainer, globalContainer, instanceCachingFactory, Lifecycle } from './tsyringe.js';

/** Reads what was registered in a container and in those above it, of which the nearest that knows a token counts. */
export class RegistrationReader {
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

/** All functions made by instanceCachingFactory read the same. */
const CACHING = String(instanceCachingFactory(() => undefined));

/** How long its object lasts. */
export function lifetimeOf({ provider, options }: Registration): Provider['lifetime'] {
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
