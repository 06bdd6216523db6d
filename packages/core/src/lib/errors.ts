/** Every code an error of this package carries. Codes are stable, wording is not. */
export const errorCodes = {
  'http-exception': 'an outcome with a status, thrown by a handler or by reading the request',
  startup: 'createApp or replace found faults in what was declared; `errors` lists them all',
  'not-a-handler': 'something listed as a handler is neither a class nor a function',
  'not-declared': 'a listed class carries no declaration',
  'bad-declaration': 'a declaration cannot be understood',
  'bad-pattern': 'a verb or path pattern cannot be compiled',
  'duplicate-mapping': 'two declarations claim the same verb and path',
  'malformed-path': 'a path holds a malformed percent escape',
  'bad-choice': 'a factory chose something that is no handler',
  'missing-type': 'a constructor parameter has no type the container could use',
  'unregistered-token': 'a constructor parameter asks for a token nobody registered',
  'captive-request-object': 'an object that outlives requests would hold one that belongs to a request',
  'injection-cycle': 'constructors need each other in a circle',
  'shared-handler': 'a handler class is registered so that requests would share one instance',
  'no-request-scope': 'the context was asked for outside a request',
  'response-flushed': 'status, headers or cookies were changed after they had been sent',
  'response-ended': 'something was written after the response had ended',
  'double-answer': 'a handler both wrote to the response and returned a value',
  'next-repeated': 'a filter called next() more than once',
  'bad-result': 'a handler returned a value that cannot become a response',
  'wrong-length': 'a streamed body was longer or shorter than the content-length of its head',
  'body-used': 'the request body was already taken as a stream, or read before the request was passed to `app.fetch`',
  'session-undeclared': 'the session was used by a handler that declares none',
  'session-unavailable': 'a handler declares a session and the host offers none',
  'session-read-only': 'a handler with a read-only session tried to change it',
  'session-closed': 'the session was used after it had been released or abandoned',
  'session-late': 'a new session was started after the headers had been sent',
  'release-failed': 'giving a handler back, resetting or disposing it failed',
  abandoned: 'a handler went on after it had been aborted, and was given up',
  'close-unfinished': 'closing the application did not wait any longer for what was being given back or disposed',
} as const;

/** A code of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes;

/** Root of every error this package throws on its own account; match on `code`. */
export class VerbenaError extends Error {
  override readonly name: string = 'VerbenaError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** One fault in what an author declared. Its stack begins where the decorator stands. */
export class DeclarationError extends VerbenaError {
  override readonly name: string = 'DeclarationError';
  /** File, line and column of the declaration, as the engine writes them, when they are known. */
  readonly declaredAt: string | undefined;

  /**
   * @param subject name of the class or function at fault
   * @param place where it was declared, when that is known
   */
  constructor(
    code: ErrorCode,
    readonly subject: string,
    message: string,
    place?: { readonly stack?: string },
    options?: ErrorOptions,
  ) {
    super(code, message, options);
    const frames = framesOf(place?.stack);
    this.declaredAt = frames?.split('\n')[0]?.trim().replace(/^at /, '');
    if (frames !== undefined) this.stack = `${this.name}: ${subject} ${message}\n${frames}`;
  }
}

/** What `createApp` and `replace` throw: every fault found, together. */
export class StartupError extends VerbenaError {
  override readonly name: string = 'StartupError';

  constructor(readonly errors: readonly DeclarationError[]) {
    super('startup', describeFaults(errors));
  }
}

function describeFaults(errors: readonly DeclarationError[]): string {
  const lines = errors.map(({ subject, message, declaredAt }) => {
    const place = declaredAt === undefined ? '' : `\n    declared at ${declaredAt}`;
    return `  ${subject}: ${message}${place}`;
  });
  return `${errors.length === 1 ? 'One fault' : `${errors.length} faults`} in the declared handlers\n${lines.join('\n')}`;
}

/** The frames of a stack without its first line, where engines write them so. */
function framesOf(stack: string | undefined): string | undefined {
  const start = stack?.search(/^\s+at /m) ?? -1;
  return start < 0 ? undefined : stack?.slice(start);
}
