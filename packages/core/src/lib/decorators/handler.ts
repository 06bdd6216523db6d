import { parseDeclaration, placeOf, type HandlerDeclaration } from '../declaration.js';
import type { HandlerClass } from '../handler.js';
import { recording, type ClassMark } from './record.js';

/**
 * Declares which requests a handler class answers. It records and does nothing else; list the class in `createApp`.
 * Works as a legacy and as a TC39 decorator; a class may carry several.
 *
 * @param declaration `'GET,POST /orders'`, `'*.sync'` for any verb, or an object
 */
export function Handler(declaration: string | HandlerDeclaration): ClassMark<HandlerClass> {
  // Asked for here: engines with proper tail calls have forgotten this call inside the next.
  return recording('handler', parseDeclaration(declaration), placeOf(Handler));
}
