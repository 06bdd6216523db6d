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
  closeExecution(): Promise<void>;
  report(error: unknown): void;
}
