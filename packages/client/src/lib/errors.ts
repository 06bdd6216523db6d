import type { Problem } from './record.js';

/** Every code an error of this package carries. Codes are stable, wording is not. */
export const errorCodes = {
  unknown: 'there is no such operation, or none of this user (404)',
  gone: 'there was one, and the server has forgotten it (410)',
  unauthenticated: 'the user is not, or no longer, signed in (401)',
  forbidden: 'the user may not do that (403)',
  refused: 'cancelling was refused for another reason; `problem` says which',
  unreachable: 'cancelling found no answer',
} as const;

/** A code of {@link errorCodes}. */
export type OperationErrorCode = keyof typeof errorCodes;

/** Every error this package throws on its own account; match on `code`. */
export class OperationError extends Error {
  override readonly name: string = 'OperationError';

  constructor(
    readonly code: OperationErrorCode,
    message: string,
    /** What the server said, when it said it as problem details. */
    readonly problem?: Problem,
  ) {
    super(message);
  }
}

const codes: { readonly [status: number]: OperationErrorCode } = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'unknown',
  410: 'gone',
};

/** Whether an answer with this status says that watching is over. */
export function endsWatch(status: number): boolean {
  return status in codes;
}

/** The error that an answer stands for. Reads the body. */
export async function errorOf(doing: string, response: Response): Promise<OperationError> {
  const { status, url } = response;
  const problem = (await response.json().catch(() => undefined)) as Problem | undefined;
  return new OperationError(codes[status] ?? 'refused', `${doing} ${url}: ${status} ${problem?.title}`, problem);
}
