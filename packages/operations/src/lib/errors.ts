/** Every code an error of this package carries. Codes are stable, wording is not. */
export const operationErrorCodes = {
  startup: 'createOperations found faults in what it was given; `errors` lists them all',
  'not-declared': 'a listed class or function carries no declaration of an operation',
  'bad-declaration': 'the declaration of an operation cannot be understood',
  'duplicate-kind': 'two listed operations have the same kind',
  'needs-request': 'an operation asks for the context of a request, and no request reaches it',
  'no-secret': 'records outlive the process, and owners would be hashed with a secret that does not',
  'container-taken': 'a container has Operations already that are open, and handlers would get others',
  'not-in-module': 'an operation that runs in a thread is not exported by the module it names',
  'unknown-kind': 'an operation was started that createOperations does not list',
  'invalid-input': 'the schema of an operation refused its input; `issues` says where',
  'input-not-serialisable': 'the input of an operation cannot become JSON',
  'key-reused': 'an idempotency key was used again with another input',
  'limit-reached': 'the owner has as many operations of the kind under way as it allows',
  'engine-away': 'what the driver stands on cannot be reached',
  closed: 'an operation was started or asked for after close()',
  'journal-damaged': 'a journal holds something this package did not write',
  'journal-taken': 'another process has taken the journal over',
  'checkpoint-too-large': 'a checkpoint was larger than 16 KiB',
  'checkpoint-not-serialisable': 'a checkpoint cannot become JSON',
  cancelled: 'the signal of an attempt: somebody cancelled the operation',
  'timed-out': 'the signal of an attempt: it took longer than its timeoutMs',
  'shutting-down': 'the signal of an attempt: the process that runs it shuts down',
  'taken-over': 'the signal of an attempt: another worker runs the operation now',
  'thread-lost': 'the thread of an attempt ended before the operation did',
  abandoned: 'an attempt went on after its signal had aborted, and was given up',
  'dispose-failed': 'disposing what was built for an attempt failed',
} as const;

/** A code of {@link operationErrorCodes}. */
export type OperationErrorCode = keyof typeof operationErrorCodes;

/** Root of every error this package throws on its own account; match on `code`. */
export class OperationsError extends Error {
  override readonly name: string = 'OperationsError';

  constructor(
    readonly code: OperationErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** One thing a schema says against an input. */
export interface InputIssue {
  readonly message: string;
  /** Where in the input, from its root. */
  readonly path: readonly (string | number)[];
}

/** What `start` throws when the schema of the operation refuses its input. Nothing was stored. */
export class InvalidInputError extends OperationsError {
  override readonly name: string = 'InvalidInputError';

  constructor(
    kind: string,
    readonly issues: readonly InputIssue[],
  ) {
    const lines = issues.map(({ message, path }) => `  ${path.length === 0 ? '(input)' : path.join('.')}: ${message}`);
    super('invalid-input', `The input of "${kind}" was refused\n${lines.join('\n')}`);
  }
}

/** What `createOperations` throws: every fault found, together. */
export class OperationsStartupError extends OperationsError {
  override readonly name: string = 'OperationsStartupError';

  constructor(readonly errors: readonly Error[]) {
    const lines = errors.map((error) => {
      const { subject, declaredAt } = error as { subject?: string; declaredAt?: string };
      const text = subject === undefined ? error.message : `${subject}: ${error.message}`;
      return `  ${text}${declaredAt === undefined ? '' : `\n    declared at ${declaredAt}`}`;
    });
    const count = errors.length === 1 ? 'One fault' : `${errors.length} faults`;
    super('startup', `${count} in the listed operations\n${lines.join('\n')}`);
  }
}
