import { describeParameter } from '../parameter-name.js';
import { type Need, requestNeedOf, type Service } from './service.js';

/** How a service reaches something that belongs to one request; nothing when it does not. */
export function wayToRequest(service: Service): string | undefined {
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
