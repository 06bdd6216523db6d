import { disposeBuilt, type Injector, nameOf } from '@verbena/core/injection';
import { type CataloguedOperation, isOperationClass, isOperationFunction } from './catalogue.js';
import { OperationsError } from './errors.js';
import type { OperationContext, OperationHandler } from './handler.js';
import { decodeInput } from './input.js';
import { payloadOf, type ResultPayload } from './results/payload.js';

/** What an attempt is made of. */
export interface Job {
  readonly operation: CataloguedOperation;
  readonly input: string;
  readonly context: OperationContext;
  /** Aborts when the attempt is given up, some time after the signal of the context. */
  readonly givenUp: AbortSignal;
  /** Told of what goes wrong beside the work. */
  report(error: unknown): void;
}

/** Does the work of an attempt. */
export interface Execution {
  /** Rejects with what the handler threw. */
  run(job: Job): Promise<ResultPayload>;
  close(): Promise<void>;
}

/** Does the work in this process, with objects built for the attempt alone. */
export class LocalExecution implements Execution {
  constructor(private readonly injector: Injector) {}

  async run(job: Job): Promise<ResultPayload> {
    const { operation, context } = job;
    const { source } = operation;
    // Schemas may give anything; the types of decorators have seen to it that the handler takes it.
    const input = (await decodeInput(operation, job.input)) as never;
    if (isOperationFunction(source)) return payloadOf(await source(input, context));
    if (!isOperationClass(source)) throw new TypeError(`${nameOf(source)} is neither a class nor a function`);
    const scope = this.injector.openScope();
    let handler: OperationHandler<never> | undefined;
    try {
      handler = scope.resolve<OperationHandler<never>>(source);
      return payloadOf(await handler.run(input, context));
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
