import type { AnyClass } from '../class.js';
import {
  parseDeclaration,
  placeOf,
  recordDeclaration,
  type FactoryDeclaration,
  type HandlerDeclaration,
} from '../declaration.js';
import type { FactoryClass } from '../factory.js';
import type { HandlerClass, HandlerFunction } from '../handler.js';

/**
 * Declares a handler where there is no decorator syntax: the same as `@Handler` on a class, and the only form for a
 * function. Gives back what it was given, to be listed in `createApp`.
 */
export function defineHandler<Target extends HandlerClass | HandlerFunction>(
  declaration: string | HandlerDeclaration,
  target: Target,
): Target {
  recordDeclaration(target, {
    kind: 'handler',
    declaration: parseDeclaration(declaration),
    place: placeOf(defineHandler),
  });
  return target;
}

/** Declares a factory class where there is no decorator syntax: the same as `@Factory`. */
export function defineFactory<Target extends AnyClass>(
  declaration: FactoryDeclaration & { readonly verbs: Readonly<Record<string, HandlerClass>> },
  target: Target,
): Target;
export function defineFactory<Target extends FactoryClass>(
  declaration: string | FactoryDeclaration,
  target: Target,
): Target;
export function defineFactory<Target extends AnyClass>(
  declaration: string | FactoryDeclaration,
  target: Target,
): Target {
  recordDeclaration(target, {
    kind: 'factory',
    declaration: parseDeclaration(declaration),
    place: placeOf(defineFactory),
  });
  return target;
}
