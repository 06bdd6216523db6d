import type { HttpRequest } from '@verbena/core';
import { isTerminal, type OperationView } from '../view.js';

/** Entity tag of a state. */
export function tagOf({ seq }: OperationView): string {
  return `"${seq}"`;
}

/** Whether a client has a state already (RFC 9110, 13.1.2). */
export function hasAlready({ headers }: HttpRequest, tag: string): boolean {
  const tags = headers.get('if-none-match')?.split(',') ?? [];
  return tags.some((one) => one.trim().replace(/^W\//, '') === tag || one.trim() === '*');
}

/** Seconds after which asking again makes sense; undefined once nothing will change. */
export function pauseOf(operation: OperationView): number | undefined {
  if (isTerminal(operation)) return undefined;
  return operation.state === 'queued' ? 5 : 1;
}

/** The state that a client says it saw last (`Last-Event-ID`); what is no number of ours does not count. */
export function lastSeqOf({ headers }: HttpRequest): number | undefined {
  return seqIn(headers.get('last-event-id') ?? '');
}

/** What clients of a stream of several operations have (`have=id:seq`). */
export function hadIn(values: readonly string[]): ReadonlyMap<string, number> {
  const had = new Map<string, number>();
  for (const value of values) {
    const colon = value.lastIndexOf(':');
    const seq = seqIn(value.slice(colon + 1));
    if (colon > 0 && seq !== undefined) had.set(value.slice(0, colon), seq);
  }
  return had;
}

function seqIn(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
