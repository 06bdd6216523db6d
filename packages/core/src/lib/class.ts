/** A class, whatever it takes. */
export type AnyClass = new (...dependencies: never[]) => object;

/** Whether a value is a class: unlike a function's, the prototype of a class cannot be replaced (ECMA-262, 15.7.14). */
export function isClass(value: unknown): value is AnyClass {
  return typeof value === 'function' && Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
}

/** Name for messages. */
export function nameOf(value: unknown): string {
  if (typeof value === 'function') return value.name === '' ? '(anonymous)' : value.name;
  if (typeof value === 'object' && value !== null) return nameOf(value.constructor ?? Object);
  return String(value);
}
