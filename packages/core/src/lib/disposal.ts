import type { Scope } from './token.js';

/** What an instance that was built brings with it: the objects built for it, which end when it ends. */
export type BuiltScope = Pick<Scope, 'dispose'> | undefined;

/** Disposes an instance and what was built for it; gives the errors met on the way. */
export async function disposeBuilt(
  instance: object,
  scope: BuiltScope,
  isScoped: boolean = scope !== undefined,
): Promise<readonly unknown[]> {
  const errors: unknown[] = [];
  try {
    await disposerOf(instance, isScoped)?.();
  } catch (error) {
    errors.push(error);
  }
  return [...errors, ...((await scope?.dispose()) ?? [])];
}

/**
 * What disposes an instance, if anything does.
 *
 * @param isScoped whether a scope calls its `dispose()`; scopes know no other way to dispose
 */
export function disposerOf(instance: object, isScoped: boolean): (() => unknown) | undefined {
  // Classes may have any of these, or none.
  const {
    dispose,
    [Symbol.asyncDispose]: asyncDispose,
    [Symbol.dispose]: syncDispose,
  } = instance as Partial<Record<string | symbol, () => unknown>>;
  if (typeof dispose === 'function') return isScoped ? undefined : dispose.bind(instance);
  return (asyncDispose ?? syncDispose)?.bind(instance);
}
