import type { HttpRequest } from '@verbena/core';

/** Where a client finds what belongs to an operation: absolute paths. */
export interface OperationLinks {
  readonly self: string;
  readonly events: string;
  readonly cancel: string;
  readonly result: string;
  /** Events of several operations: `?id=…&id=…`. */
  readonly stream: string;
}

/** @param base path under which the handlers are reached from outside */
export function linksOf(base: string, id: string): OperationLinks {
  const self = `${base}/${id}`;
  return {
    self,
    events: `${self}/events`,
    cancel: `${self}/cancel`,
    result: `${self}/result`,
    stream: `${base}/events`,
  };
}

/** The path below which the host has mounted the application; empty at its root. */
export function mountOf({ url, path }: HttpRequest): string {
  const { pathname } = url;
  return pathname.endsWith(path) ? pathname.slice(0, pathname.length - path.length) : '';
}
