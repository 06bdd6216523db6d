import type { StandardSchemaV1 } from '@standard-schema/spec';
import { placeOf } from '@verbena/core/injection';
import { type OperationOptions, recordOperation, type UncheckedInput } from '../declaration.js';
import type { OperationContext } from '../handler.js';
import type { OperationClassFor } from './operation.js';

/** A function that takes what the schema gives. */
export type OperationFunctionFor<Schema extends StandardSchemaV1> = (
  input: StandardSchemaV1.InferOutput<Schema>,
  operation: OperationContext,
) => unknown;

/**
 * Declares an operation where there is no decorator syntax: the same as `@Operation` on a class, and the only form for a
 * function. Gives back what it was given, to be listed in `createOperations`.
 */
export function defineOperation<
  Target extends OperationClassFor<Schema> | OperationFunctionFor<Schema>,
  Schema extends StandardSchemaV1 = UncheckedInput,
>(kind: string, options: OperationOptions<Schema>, target: Target): Target {
  recordOperation(target, { kind, options, place: placeOf(defineOperation) });
  return target;
}
