import { OperationsError } from '@verbena/operations/driver';

/** @param attempted what was attempted: `read an operation` */
export function engineAway(attempted: string, cause?: unknown): OperationsError {
  const found = cause instanceof Error ? `: ${cause.message || cause.name}` : '';
  return new OperationsError('engine-away', `Redis cannot be reached to ${attempted}${found}`, { cause });
}

/** Answers of a Redis that is there, and cannot serve now: it loads, it has no memory, it is a replica, a cluster is incomplete. */
const unable = /^(LOADING|OOM|READONLY|MISCONF|BUSY|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|NOAUTH|WRONGPASS)\b/;

/** Whether an error of a command says that Redis could not serve it, rather than that the command is wrong. */
export function isRedisAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name !== 'ReplyError' || unable.test(error.message);
}
