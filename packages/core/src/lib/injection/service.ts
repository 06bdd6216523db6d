import type { AnyClass } from '../class.js';
import { HttpContext } from '../context.js';
import type { Provider } from './service-source.js';

/** Whether instances hold something that belongs to one request. `perhaps`: a factory function may ask for it. */
export type RequestNeed = 'never' | 'perhaps' | 'always';

/** Something that can be injected. */
export interface Service {
  readonly name: string;
  readonly provider: Provider | undefined;
  /** The class that is constructed, when this is one. */
  readonly type: AnyClass | undefined;
  readonly needs: Need[];
}

/** That a service needs another. */
export interface Need {
  readonly service: Service;
  /** Which parameter of a constructor asks for it. */
  readonly parameter: number | undefined;
  readonly isDelayed: boolean;
}

/** What stands for the request itself. */
export const CONTEXT: Service = { name: HttpContext.name, provider: undefined, type: undefined, needs: [] };

/** All services below some, and these; below singletons only when asked for, as those are built apart. */
export function reachable(
  services: readonly Service[],
  goesBelow: (service: Service) => boolean = (service) => service.provider?.lifetime !== 'singleton',
): ReadonlySet<Service> {
  const seen = new Set(services);
  // A set gives also what is added while it is gone through.
  for (const service of seen) if (goesBelow(service)) for (const need of service.needs) seen.add(need.service);
  return seen;
}

/** Whether the service itself is of a request, whatever stands below it. */
export function requestNeedOf(service: Service): RequestNeed {
  if (service === CONTEXT || service.provider?.lifetime === 'request') return 'always';
  return service.provider?.isOpaque === true && service.provider.lifetime === 'transient' ? 'perhaps' : 'never';
}

/** Whether something it needs is resolved after it was built. */
export function resolvesLater(service: Service): boolean {
  return requestNeedOf(service) === 'perhaps' || service.needs.some((need) => need.isDelayed);
}

/** Puts the singletons that a service needs into `order`, itself included, each after those it needs. */
export function collectSingletons(service: Service, order: Set<Service>, seen: Set<Service>): void {
  if (seen.has(service)) return;
  seen.add(service);
  for (const need of service.needs) if (!need.isDelayed) collectSingletons(need.service, order, seen);
  if (service.provider?.lifetime === 'singleton') order.add(service);
}

/** The deepest container in which something that a service needs was registered. */
export function homeDepthOf(service: Service): number {
  return Math.max(...[...reachable([service], () => true)].map(({ provider }) => provider?.depth ?? 0));
}
