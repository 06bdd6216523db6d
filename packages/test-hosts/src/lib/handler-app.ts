import { createApp, defineHandler, type HandlerApp, type HttpContext } from '@verbena/core';

/**
 * Makes an application of what its handlers do, by declaration: `'GET /orders'`.
 *
 * @param told takes what reaches the `onError` of the application
 */
export function handlerApp(
  handlers: Readonly<Record<string, (context: HttpContext) => unknown>>,
  told: unknown[] = [],
): HandlerApp {
  return createApp({
    handlers: Object.entries(handlers).map(([declaration, act]) =>
      // A function of its own, as one may be declared but once.
      defineHandler(declaration, (context: HttpContext) => act(context)),
    ),
    development: false,
    onError: (error) => told.push(error),
  });
}
