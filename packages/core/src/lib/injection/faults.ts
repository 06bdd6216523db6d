import { type AnyClass, nameOf } from '../class.js';
import { DeclarationError, VerbenaError } from '../errors.js';
import { describeParameter } from '../parameter-name.js';
import type { Service } from './service.js';

/** A parameter on the way from the class that is checked. */
export interface Step {
  readonly type: AnyClass;
  readonly parameter: number;
  readonly before: Step | undefined;
}

/** @param way how it comes to hold something of a request */
export function captiveObject(singleton: Service, way: string): DeclarationError {
  return new DeclarationError(
    'captive-request-object',
    singleton.name,
    `is a singleton, yet ${way}; make it transient or container-scoped, or hand it the context as an argument`,
  );
}

/**
 * @param circle the services that need one another
 * @param last the parameter that closes the circle
 */
export function injectionCycle(circle: readonly Service[], last: Step | undefined): DeclarationError {
  const built = circle.filter(({ type }) => type !== undefined);
  const names = [...built, ...built.slice(0, 1)].map(({ name }) => name).join(' -> ');
  let first = last;
  while (first !== undefined && first.type !== built[0]?.type) first = first.before;
  if (first === undefined) {
    return new DeclarationError(
      'injection-cycle',
      circle[0]?.name ?? '',
      'is registered to stand for a token that stands for it; register a class or a value',
    );
  }
  return new DeclarationError(
    'injection-cycle',
    nameOf(first.type),
    `parameter ${describeParameter(first.type, first.parameter)} leads back to ${nameOf(first.type)} itself (${names}); inject one of them through tsyringe's delay(), or take what both need into a third class`,
  );
}

/** @param step the parameter that asks for a token nobody knows */
export function missingDependency(token: unknown, step: Step): DeclarationError {
  const parameter = `parameter ${describeParameter(step.type, step.parameter)}${describeWay(step)}`;
  if (typeof token === 'string' || typeof token === 'symbol') {
    return new DeclarationError(
      'unregistered-token',
      nameOf(step.type),
      `${parameter} asks for ${titleOf(token)}, which is not registered; register it in the container given to createApp, before createApp`,
    );
  }
  const found =
    token === undefined
      ? 'has no type the container can see: its class has no decorator, or the compiler emits no types'
      : `is seen by the container as ${nameOf(token)}: an interface, a primitive or a type-only import leaves no class behind`;
  return new DeclarationError(
    'missing-type',
    nameOf(step.type),
    `${parameter} ${found}; add \`static readonly inject = [...] as const\` with one class or token for each parameter, or give the parameter @inject(token)`,
  );
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
