import statuses from 'statuses';
import { VerbenaError } from './errors.js';

/** Further members of an {@link HttpException}. */
export interface HttpExceptionOptions extends ErrorOptions {
  /** URI that identifies the kind of problem. Default `about:blank` (RFC 9457, 4.2.1). */
  readonly type?: string;
  /** Short summary of the kind of problem. Default: the status' reason phrase. */
  readonly title?: string;
  /** Header fields to send with the answer, such as `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the problem details object (RFC 9457, 3.2). */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/**
 * An outcome with a status: thrown anywhere in a request, it becomes problem details (RFC 9457).
 *
 * `detail` is shown to the client, so write it for the client.
 */
export class HttpException extends VerbenaError {
  override readonly name: string = 'HttpException';
  readonly type: string;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly extensions: Readonly<Record<string, unknown>>;

  /**
   * @param status 400 to 599
   * @throws RangeError for any other status
   */
  constructor(
    readonly status: number,
    readonly detail?: string,
    options: HttpExceptionOptions = {},
  ) {
    super('http-exception', detail ?? reasonPhrase(status), options);
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new RangeError(`HttpException takes a status from 400 to 599, not ${status}`);
    }
    this.type = options.type ?? 'about:blank';
    this.title = options.title ?? reasonPhrase(status);
    this.headers = options.headers ?? {};
    this.extensions = options.extensions ?? {};
  }
}

/** Reason phrase of a status (RFC 9110, 15), or its number when it has none. */
export function reasonPhrase(status: number): string {
  return statuses.message[status] ?? `Status ${status}`;
}
