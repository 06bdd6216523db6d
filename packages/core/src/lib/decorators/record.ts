import { type AnyClass } from '../class.js';
import { recordDeclaration, type DeclarationRecord, type Place } from '../declaration.js';

/** A class decorator in both forms: legacy ones get the class alone, TC39 ones a context beside it. */
export type ClassMark<Target> = <Class extends Target>(target: Class, context?: ClassDecoratorContext) => void;

/** Makes a decorator that records, and does nothing else. */
export function recording<Target extends AnyClass>(
  kind: DeclarationRecord['kind'],
  declaration: DeclarationRecord['declaration'],
  place: Place,
): ClassMark<Target> {
  const record: DeclarationRecord = { kind, declaration, place };
  return (target, context) => {
    if (context === undefined) {
      recordDeclaration(target, record, 'first');
      return;
    }
    // Another TC39 decorator may put another class in place; initializers run on the final one.
    context.addInitializer(function (this: unknown) {
      if (typeof this === 'function') recordDeclaration(this, record, 'first');
    });
  };
}
