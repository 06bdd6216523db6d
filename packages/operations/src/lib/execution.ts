import { disposeBuilt, type Injector, nameOf } from '@verbena/core/injection';
import { type CataloguedOperation, isOperationClass, isOperationFunction } from './catalogue.js';
import { OperationsError } from './errors.js';
import type { OperationContext, OperationHandler } from './handler.js';
import { decodeInput } from './input.js';
import type { OperationProgress } from './record.js';
import { payloadOf, type ResultPayload } from './results/payload.js';

/** What the work of an attempt takes, wherever it is done. */
export interface Work<Kept> {
  readonly operation: CataloguedOperation;
  readonly input: string;
  readonly context: OperationContext;
  /** Takes what the handler gave, while all that its body may be made of is still there. */
  keep(payload: ResultPayload): Promise<Kept>;
  /** Told of what goes wrong beside the work. */
  report(error: unknown): void;
}

/** An attempt, with what is needed besides where its work is done elsewhere. */
export interface Job<Kept> extends Work<Kept> {
  /** Aborts when the attempt is given up, some time after the signal of the context. */
  readonly givenUp: AbortSignal;
  /** Takes progress that was put right elsewhere. */
  progressed(progress: OperationProgress): void;
  warn(message: string): void;
}

/** Does the work of an attempt. */
export interface Execution {
  /** Gives what was kept. Rejects with what the handler threw, or keeping did. */
  run<Kept>(job: Job<Kept>): Promise<Kept>;
  close(): Promise<void>;
}

/** Does the work in this process, with objects built for the attempt alone. */
export class LocalExecution implements Execution {
  constructor(private readonly injector: Injector) {}

  async run<Kept>(job: Work<Kept>): Promise<Kept> {
    const { operation, context } = job;
    const { source } = operation;
    // Schemas may give anything; the types of decorators have seen to it that the handler takes it.
    const input = (await decodeInput(operation, job.input)) as never;
    if (isOperationFunction(source)) return await job.keep(payloadOf(await source(input, context)));
    if (!isOperationClass(source)) throw new TypeError(`${nameOf(source)} is neither a class nor a function`);
    const scope = this.injector.openScope();
    let handler: OperationHandler<never> | undefined;
    try {
      handler = scope.resolve<OperationHandler<never>>(source);
      return await job.keep(payloadOf(await handler.run(input, context)));
    } finally {
      const errors = handler === undefined ? await scope.dispose() : await disposeBuilt(handler, scope);
      for (const cause of errors)
        job.report(
          new OperationsError(
            'dispose-failed',
            `Disposing what was built for "${operation.kind}" ${context.id} failed`,
            { cause },
          ),
        );
    }
  }

  async close(): Promise<void> {}
}

/** Does each work where its operation says. */
export class Executions implements Execution {
  constructor(private readonly executions: Readonly<Record<CataloguedOperation['runIn'], Execution>>) {}

  run<Kept>(job: Job<Kept>): Promise<Kept> {
    return this.executions[job.operation.runIn].run(job);
  }

  async close(): Promise<void> {
    await this.executions.process.close();
    await this.executions.thread.close();
  }
}
