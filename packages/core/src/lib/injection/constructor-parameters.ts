import { type AnyClass, isClass } from '../class.js';
import { isDelayed, tokenOf } from './delayed-token.js';
import type { Parameter } from './service-source.js';
import { injectable } from './tsyringe.js';

const TYPES = 'design:paramtypes';

/** Where tsyringe's @inject keeps its tokens; scope.test.ts fails when that changes. */
const TOKENS = 'injectionTokens';

/**
 * What the constructor of a class asks for: by its `static inject`, by the types a compiler emitted, or else as its base
 * class. Also makes it known to tsyringe.
 */
export function parametersOf(type: AnyClass): readonly Parameter[] {
  return tokensOf(type).map(parameterOf);
}

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
