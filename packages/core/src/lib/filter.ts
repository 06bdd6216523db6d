import type { HttpContext } from './context.js';
import { isClass } from './class.js';
import { VerbenaError } from './errors.js';

/** Runs the rest of the request and gives what the handler returned. */
export type Next = () => Promise<unknown>;

/** Wraps a handler: acts before and after it, changes what it returned, or answers in its place. */
export type FilterFunction = (context: HttpContext, next: Next) => unknown;

/** A filter built by injection, anew for each request. */
export interface HttpFilter {
  filter(context: HttpContext, next: Next): unknown;
}

/** What `use` takes, outermost first. */
export type Filter = FilterFunction | (new (...dependencies: never[]) => HttpFilter);

/** Runs the filters around the handler, outermost first; each may call `next` once. */
export function runFilters(
  filters: readonly Filter[],
  context: HttpContext,
  handle: () => unknown,
  index = 0,
): unknown {
  const filter = filters[index];
  if (filter === undefined) return handle();
  let called = false;
  const run = async (): Promise<unknown> => {
    if (called)
      throw new VerbenaError(
        'next-repeated',
        `A filter called next() twice on ${context.request.verb} ${context.request.path}; it may run the handler once only`,
      );
    called = true;
    return runFilters(filters, context, handle, index + 1);
  };
  const next = (): Promise<unknown> => {
    const running = run();
    // A filter that does not wait for the handler must not bring the process down when it fails.
    running.catch(() => {});
    return running;
  };
  return isFilterClass(filter) ? context.resolve(filter).filter(context, next) : filter(context, next);
}

/** Whether a filter is to be built by injection. */
export function isFilterClass(filter: Filter): filter is new (...dependencies: never[]) => HttpFilter {
  return isClass(filter);
}
