/** What a failure tells besides its code. */
export interface OperationFailureOptions extends ErrorOptions {
  /** What was wrong with this one operation, for people who watch it: they see 2,000 characters of it at most. */
  readonly detail?: string;
  /** URI of the kind of problem (RFC 9457). Default `urn:verbena:operations:` and the code. */
  readonly type?: string;
  /** What went wrong, the same for every operation that fails so. Default `The operation failed`. */
  readonly title?: string;
  /** Whether another attempt may succeed. Default false */
  readonly isRetryable?: boolean;
}

/**
 * Thrown by a handler to say how the operation failed: whoever watches it sees code, title and detail. Of any other error
 * they see only that there was one.
 */
export class OperationFailure extends Error {
  override readonly name: string = 'OperationFailure';
  readonly detail: string | undefined;
  readonly type: string;
  readonly title: string;
  readonly isRetryable: boolean;

  /**
   * @param code stable, for programs: `customer-unknown`
   * @throws TypeError when code, detail, type or title is no text
   */
  constructor(
    readonly code: string,
    { detail, type, title, isRetryable = false, ...options }: OperationFailureOptions = {},
  ) {
    super(detail ?? title ?? code, options);
    this.detail = detail;
    this.type = type ?? problemType(code);
    this.title = title ?? 'The operation failed';
    this.isRetryable = isRetryable;
    // Here the handler that is wrong is on the stack; later it would be the store that cannot keep it.
    for (const [name, text] of Object.entries({ code, detail: detail ?? '', type: this.type, title: this.title }))
      if (typeof text !== 'string')
        throw new TypeError(`The ${name} of a failure is a ${typeof text}, where a text belongs`);
  }
}

/** The URI of a problem that has a code. */
export function problemType(code: string): string {
  return `urn:verbena:operations:${code}`;
}
