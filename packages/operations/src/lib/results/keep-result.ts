import type { CataloguedOperation } from '../catalogue.js';
import { problemType } from '../failure.js';
import type { OperationProblem, OperationRecord } from '../record.js';
import { bytesOf, type ResultPayload } from './payload.js';
import type { ResultStore } from './result-store.js';

/** Longest result in a record, in bytes. */
const INLINE_LIMIT = 65_536;

/** What becomes of a result: where it stands in the record, or why the operation has failed after all. */
export type KeptResult = Pick<OperationRecord, 'result' | 'resultRef'> | { readonly error: OperationProblem };

/** Puts a result where it belongs. @throws what the result store throws */
export async function keepResult(
  payload: ResultPayload,
  store: ResultStore | undefined,
  {
    id,
    attempt,
    operation,
  }: { readonly id: string; readonly attempt: number; readonly operation: CataloguedOperation },
): Promise<KeptResult> {
  if (payload.form === 'nothing') return {};
  if (payload.form === 'unfit') return problem('result-not-serialisable', 'The result cannot become JSON');
  if (payload.form === 'json' && Buffer.byteLength(payload.text) <= INLINE_LIMIT) return { result: payload.text };
  if (store === undefined)
    return problem('result-too-large', 'The result is too large to be kept without a result store');
  const [body, type] =
    payload.form === 'json' ? [payload.text, 'application/json'] : [payload.content.body, payload.content.type];
  const { retentionMs } = operation;
  return { resultRef: await store.save({ id, attempt, type, content: bytesOf(body), retentionMs }) };
}

function problem(code: string, title: string): { readonly error: OperationProblem } {
  return { error: { type: problemType(code), title, code } };
}
