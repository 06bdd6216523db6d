/** A class, whatever it takes. */
export type AnyClass = new (...dependencies: never[]) => object;

/** Whether a value is a class: unlike a function's, the prototype of a class cannot be replaced (ECMA-262, 15.7.14). */
export function isClass(value: unknown): value is AnyClass {
  return typeof value === 'function' && Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
}

/** What a value is, for messages. */
export function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `an instance of ${nameOf(value)}`;
  return value === undefined || value === null ? String(value) : `a ${typeof value}`;
}

/** Name for messages: of a class or function its own, of an object that of its class. */
export function nameOf(value: unknown): string {
  // Classes may have a static member of this name, which is then no text.
  if (typeof value === 'function')
    return typeof value.name === 'string' && value.name !== '' ? value.name : '(anonymous)';
  if (typeof value !== 'object' || value === null) return String(value);
  return typeof value.constructor === 'function' ? nameOf(value.constructor) : 'Object';
}
