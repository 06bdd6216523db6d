import { nameOf } from '@verbena/core/injection';
import { operationOf } from '../declaration.js';
import type { OperationSource } from '../handler.js';

/**
 * Finds what a module exports as an operation of a kind.
 *
 * @throws what importing the module throws; TypeError when it exports no such operation
 */
export async function loadOperation(module: string, kind: string): Promise<OperationSource> {
  const exported = (await import(module)) as Readonly<Record<string, unknown>>;
  const sources = Object.values(exported).filter((value) => typeof value === 'function');
  const found = sources.find((source) => operationOf(source)?.kind === kind);
  if (found === undefined)
    throw new TypeError(
      `${module} exports no operation of kind "${kind}", but ${sources.map(nameOf).join(', ') || 'nothing'}; export it by name`,
    );
  // Only what may be an operation is ever declared as one.
  return found as OperationSource;
}
