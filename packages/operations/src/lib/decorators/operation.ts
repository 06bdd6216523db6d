import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type ClassMark, placeOf } from '@verbena/core/injection';
import {
  type OperationDeclaration,
  type OperationOptions,
  recordOperation,
  type UncheckedInput,
} from '../declaration.js';
import type { OperationContext } from '../handler.js';

/** A class whose `run` takes what the schema gives. */
export type OperationClassFor<Schema extends StandardSchemaV1> = new (
  ...dependencies: never[]
) => {
  run: (input: StandardSchemaV1.InferOutput<Schema>, operation: OperationContext) => unknown;
};

/**
 * Declares a class that does work which outlives requests. It records and does nothing else; list the class in `createOperations`.
 * Works as a legacy and as a TC39 decorator.
 *
 * @param kind the stable name of this sort of work; stored operations are found by it
 */
export function Operation<Schema extends StandardSchemaV1 = UncheckedInput>(
  kind: string,
  options: OperationOptions<Schema> = {},
): ClassMark<OperationClassFor<Schema>> {
  const declaration: OperationDeclaration = { kind, options, place: placeOf(Operation) };
  return (target, context) => {
    if (context === undefined) {
      recordOperation(target, declaration);
      return;
    }
    // Another TC39 decorator may put another class in place; initializers run on the final one.
    context.addInitializer(function (this: unknown) {
      if (typeof this === 'function') recordOperation(this, declaration);
    });
  };
}
