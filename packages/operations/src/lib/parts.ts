import type { CataloguedOperation } from './catalogue.js';
import type { OperationDriver } from './ports.js';
import type { ResultStore } from './results/result-store.js';
import type { Runner } from './runner.js';

/** What operations are made of. */
export interface OperationsParts {
  readonly catalogue: ReadonlyMap<string, CataloguedOperation>;
  readonly driver: OperationDriver;
  readonly results: ResultStore | undefined;
  readonly ownerSecret: string;
  /** Runs attempts, when this process does. */
  readonly runner: Runner | undefined;
  /** What is to be seen to before the driver is started. Rejects with what keeps all of it from ever working */
  prepare(): Promise<void>;
  closeExecution(): Promise<void>;
  report(error: unknown): void;
}
