import type { AnyClass } from '../class.js';
import { parseDeclaration, placeOf, type FactoryDeclaration } from '../declaration.js';
import type { FactoryClass } from '../factory.js';
import type { HandlerClass } from '../handler.js';
import { recording, type ClassMark } from './record.js';

/**
 * Declares which requests a factory supplies handlers for. With `verbs` the class needs no body.
 * It records and does nothing else; list the class in `createApp`.
 */
export function Factory(
  declaration: FactoryDeclaration & { readonly verbs: Readonly<Record<string, HandlerClass>> },
): ClassMark<AnyClass>;
export function Factory(declaration: string | FactoryDeclaration): ClassMark<FactoryClass>;
export function Factory(declaration: string | FactoryDeclaration): ClassMark<AnyClass> {
  // Asked for here, as in Handler.
  return recording('factory', parseDeclaration(declaration), placeOf(Factory));
}
