import type { CataloguedOperation } from '../catalogue.js';
import { problemType } from '../failure.js';
import type { OperationProblem } from '../record.js';
import { bytesOf, discard } from './body.js';
import type { ResultPayload } from './payload.js';
import type { ResultStore } from './result-store.js';

/** Longest result in a record, in bytes. */
const INLINE_LIMIT = 65_536;

/** What becomes of a result: where it stands in the record, or why the operation has failed after all. */
export type KeptResult =
  | { readonly result: string }
  | { readonly resultRef: string }
  | { readonly error: OperationProblem };

/** Whose result it is. */
export interface ResultOwner {
  readonly id: string;
  readonly attempt: number;
  readonly operation: CataloguedOperation;
  /** Aborts when it is wanted no more. */
  readonly givenUp: AbortSignal;
}

/** Puts a result where it belongs; undefined when there is none. @throws what the result store throws, and what making the result does */
export async function keepResult(
  payload: ResultPayload,
  store: ResultStore | undefined,
  { id, attempt, operation, givenUp }: ResultOwner,
): Promise<KeptResult | undefined> {
  if (payload.form === 'nothing') return undefined;
  if (payload.form === 'unfit') return problem('result-not-serialisable', 'The result cannot become JSON');
  if (payload.form === 'json' && Buffer.byteLength(payload.text) <= INLINE_LIMIT) return { result: payload.text };
  const [body, type] =
    payload.form === 'json' ? [payload.text, 'application/json'] : [payload.content.body, payload.content.type];
  if (store === undefined) {
    await discard(body);
    return problem('result-too-large', 'The result is too large to be kept without a result store');
  }
  const { retentionMs } = operation;
  return { resultRef: await store.save({ id, attempt, type, content: bytesOf(body, givenUp), retentionMs }) };
}

function problem(code: string, title: string): { readonly error: OperationProblem } {
  return { error: { type: problemType(code), title, code } };
}
