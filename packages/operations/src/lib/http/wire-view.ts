import type { OperationView } from '../view.js';
import { linksOf, type OperationLinks } from './links.js';

type Moment = 'createdAt' | 'startedAt' | 'updatedAt' | 'endedAt' | 'expiresAt' | 'cancelRequestedAt';

/** An operation as clients get it: times as ISO 8601, and links to what they can do with it. */
export interface WireOperation extends Omit<OperationView, Moment | 'hasStoredResult'> {
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly expiresAt?: string;
  readonly cancelRequestedAt?: string;
  readonly links: OperationLinks;
}

/** @param base path under which the handlers are reached from outside */
export function wireView(view: OperationView, base: string): WireOperation {
  const {
    hasStoredResult: _hasStoredResult,
    createdAt,
    updatedAt,
    startedAt,
    endedAt,
    expiresAt,
    cancelRequestedAt,
    ...shown
  } = view;
  return {
    ...shown,
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
    ...(startedAt === undefined ? {} : { startedAt: iso(startedAt) }),
    ...(endedAt === undefined ? {} : { endedAt: iso(endedAt) }),
    ...(expiresAt === undefined ? {} : { expiresAt: iso(expiresAt) }),
    ...(cancelRequestedAt === undefined ? {} : { cancelRequestedAt: iso(cancelRequestedAt) }),
    links: linksOf(base, view.id),
  };
}

/** What a frame tells of progress alone. */
export function progressView({ id, seq, attempt, progress, message }: OperationView): object {
  return { id, seq, attempt, progress, ...(message === undefined ? {} : { message }) };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
