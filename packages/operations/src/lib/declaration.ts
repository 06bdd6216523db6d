import 'reflect-metadata/lite';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Place } from '@verbena/core/injection';

/** Stands for an input that no schema checks: a handler may take anything. */
export type UncheckedInput = StandardSchemaV1<unknown, never>;

/** What `@Operation` declares besides the kind. */
export interface OperationOptions<Schema extends StandardSchemaV1 = StandardSchemaV1> {
  /** Checks the input before anything is stored, and again in the worker, which gets what it makes of it. Any Standard Schema. Default: unchecked. */
  readonly input?: Schema;
  /**
   * Whether the work may be done again from its beginning, or its last checkpoint, after its worker was lost or shut down. Otherwise
   * such an operation fails with code `interrupted`. Default false
   */
  readonly repeatable?: boolean;
  /** Whether it can be cancelled. Default true */
  readonly cancellable?: boolean;
  /** Longest time of one attempt in milliseconds, after which its signal aborts and it fails with code `timeout`. Default: none */
  readonly timeoutMs?: number;
  /** How long a handler may go on after its signal has aborted, in milliseconds, before it is given up. Default 30,000 */
  readonly cancelGraceMs?: number;
  /** How many of this kind run at once in one process. Default 1 */
  readonly concurrency?: number;
  /** How many of this kind one owner may have queued and running. Default: no limit */
  readonly perOwnerLimit?: number;
  /** How long the operation is kept after its end, in milliseconds. Default 86,400,000: one day */
  readonly retentionMs?: number;
  /** How often it is tried when it throws; more than once only if `repeatable`. Default 1 */
  readonly attempts?: number;
  /** Pause before the second attempt in milliseconds; it doubles with each further one. Default 1,000 */
  readonly backoffMs?: number;
  /** `thread`: in a worker thread, for work that keeps the processor busy; `module` says where the class comes from. Default `process` */
  readonly runIn?: 'process' | 'thread';
  /**
   * With `runIn: 'thread'`: the module that exports the class, `import.meta.url` where it is declared. The thread imports it, and builds the
   * class with its own global container: it sees what that module, and those it imports, have registered.
   */
  readonly module?: string | URL;
}

/** One recorded declaration. */
export interface OperationDeclaration {
  readonly kind: string;
  readonly options: OperationOptions;
  readonly place: Place;
}

const KEY = 'verbena:operation';

/** Remembers a declaration with its class or function. This file alone reads and writes these records. */
export function recordOperation(target: object, declaration: OperationDeclaration): void {
  Reflect.defineMetadata(KEY, [...operationsOf(target), declaration], target);
}

/** The declarations of a class or function itself, of which there should be one; those of a base class are not inherited. */
export function operationsOf(target: object): readonly OperationDeclaration[] {
  // They were written by recordOperation, here or in another copy of this package.
  return (Reflect.getOwnMetadata(KEY, target) as readonly OperationDeclaration[] | undefined) ?? [];
}

/** The declaration of a class or function. */
export function operationOf(target: object): OperationDeclaration | undefined {
  return operationsOf(target)[0];
}
