import {
  defineFactory,
  type FactoryClass,
  type HandlerChoice,
  type HttpContext,
  type HttpHandler,
} from '@verbena/core';
import { Barrier } from './barrier.js';

/** A factory whose calls are noted. */
export interface WatchedFactory {
  /** To be listed in an application. */
  readonly type: FactoryClass;
  /** The handlers it was given back, in order. */
  readonly released: readonly HttpHandler[];
  /** Resolves when the first comes back. */
  readonly firstRelease: Promise<void>;
}

/**
 * Makes a factory for a path that notes what it is given back.
 *
 * @param onRelease what else `releaseHandler` does
 */
export function watchFactory(
  declaration: string,
  choose: (context: HttpContext) => HandlerChoice | Promise<HandlerChoice>,
  onRelease?: () => void,
): WatchedFactory {
  const released: HttpHandler[] = [];
  const first = new Barrier();
  class WatchingFactory {
    getHandler(context: HttpContext): HandlerChoice | Promise<HandlerChoice> {
      return choose(context);
    }

    releaseHandler(handler: HttpHandler): void {
      released.push(handler);
      first.open();
      onRelease?.();
    }
  }
  return { type: defineFactory(declaration, WatchingFactory), released, firstRelease: first.opened };
}
