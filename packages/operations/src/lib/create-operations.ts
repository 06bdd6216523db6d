import { randomBytes } from 'node:crypto';
import { type DependencyContainer, Injector, nameOf } from '@verbena/core/injection';
import { catalogueOf, type CataloguedOperation, isOperationClass, OperationFault } from './catalogue.js';
import { operationOf } from './declaration.js';
import { OperationsStartupError } from './errors.js';
import { Executions, LocalExecution } from './execution.js';
import type { OperationSource } from './handler.js';
import { inProcess } from './in-process/in-process.js';
import { messageOf } from './message.js';
import { Operations } from './operations.js';
import type { OperationDriver } from './ports.js';
import type { ResultStore } from './results/result-store.js';
import { Runner } from './runner.js';
import { loadOperation } from './threads/load-operation.js';
import { ThreadExecution } from './threads/thread-execution.js';

/** What `createOperations` takes. */
export interface OperationsOptions {
  /** Decorated classes, and what `defineOperation` gave back. */
  readonly operations: Iterable<OperationSource>;
  /** Where handlers get what they are built of, and where `Operations` is registered: one at a time may be open in it. Default: the global container */
  readonly container?: DependencyContainer;
  /** Where operations are kept and run. Default: `inProcess()` */
  readonly driver?: OperationDriver;
  /** Where results lie that are larger than 64 KiB or no JSON. Default: nowhere, such an operation fails with code `result-too-large` */
  readonly results?: ResultStore;
  /** What owners are hashed with. The same in every process; needed where records outlive this one. Default: random */
  readonly ownerSecret?: string;
  /** How many threads run operations with `runIn: 'thread'`. Default: half as many again as the machine has processors */
  readonly maxThreads?: number;
  /** Whether this process runs operations, besides starting and watching them. Default true */
  readonly runs?: boolean;
  /** Told of every error nobody else is told of: what handlers throw, and what goes wrong beside them. Default: the console */
  readonly onError?: (error: unknown) => void;
  /** Told of what makes no sense and does no harm. Default: the console */
  readonly onWarning?: (message: string) => void;
}

/**
 * Makes `Operations` of the listed classes and checks them all: declarations, and the constructor graphs behind them. Registers
 * it in the container, so that handlers get it by its class.
 *
 * @throws OperationsStartupError listing every fault found, each with the class, the place of its declaration and what to do
 * @throws RangeError when `maxThreads` is no whole number of 1 or more
 */
export function createOperations(options: OperationsOptions): Operations {
  const { driver = inProcess(), results, ownerSecret, runs = true } = options;
  const report = reporterOf(options.onError);
  const warn = options.onWarning ?? ((message: string) => console.warn(message));
  const injector = new Injector(options.container);
  const { catalogue, faults } = catalogueOf(options.operations);
  const all: Error[] = [...faults];
  if (driver.isLasting && ownerSecret === undefined)
    all.push(
      new OperationFault(
        'no-secret',
        'createOperations',
        'has a driver whose records outlive this process, and no ownerSecret; give one that stays the same, or nobody finds their operations again',
      ),
    );
  const execution = new Executions({
    process: new LocalExecution(injector),
    thread: new ThreadExecution(options.maxThreads),
  });
  const runner = runs ? new Runner({ driver, results, catalogue, execution, report, warn }) : undefined;
  const operations = new Operations({
    catalogue,
    driver,
    results,
    ownerSecret: ownerSecret ?? randomBytes(32).toString('base64url'),
    runner,
    prepare: () => (runs ? checkModules(catalogue) : Promise.resolve()),
    closeExecution: () => execution.close(),
    report,
  });
  if (injector.provided(Operations)?.isOpen === true)
    all.push(
      new OperationFault(
        'container-taken',
        'createOperations',
        'has a container with Operations that are open, and handlers would not get those any more; close them first, or give these a container of their own: `container: container.createChildContainer()`',
      ),
    );
  else injector.provide(Operations, operations);
  if (runs) all.push(...graphFaultsOf(catalogue, injector));
  if (all.length > 0) throw new OperationsStartupError(all);
  operations.begin();
  return operations;
}

function graphFaultsOf(catalogue: ReadonlyMap<string, CataloguedOperation>, injector: Injector): readonly Error[] {
  injector.refresh();
  return [...catalogue.values()].flatMap(({ source }) => {
    if (!isOperationClass(source)) return [];
    const faults: Error[] = [...injector.check(source)];
    if (injector.needsContext(source))
      faults.push(
        new OperationFault(
          'needs-request',
          nameOf(source),
          'asks for HttpContext, itself or through what it needs, and no request reaches an operation; put what it needs into the input',
          operationOf(source),
        ),
      );
    return faults;
  });
}

/** Importing takes time, so this is seen after `createOperations`: by `ready`, and by whoever starts something. */
async function checkModules(catalogue: ReadonlyMap<string, CataloguedOperation>): Promise<void> {
  const faults: Error[] = [];
  for (const { kind, source, runIn, module } of catalogue.values()) {
    if (runIn !== 'thread' || module === undefined) continue;
    try {
      await loadOperation(module, kind);
    } catch (error) {
      const message = `runs in a thread that cannot get it: ${messageOf(error) ?? 'importing its module failed'}`;
      faults.push(new OperationFault('not-in-module', nameOf(source), message, operationOf(source)));
    }
  }
  if (faults.length > 0) throw new OperationsStartupError(faults);
}

/** An error hook must not make things worse. */
function reporterOf(onError: OperationsOptions['onError']): (error: unknown) => void {
  return (error) => {
    try {
      if (onError === undefined) console.error(error);
      else onError(error);
    } catch (failure) {
      console.error('onError failed while it was told of an error', failure);
    }
  };
}
