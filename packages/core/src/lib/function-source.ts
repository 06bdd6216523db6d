import type { HandlerFunction, HttpHandler } from './handler.js';
import type { HandlerSettings, HandlerSource, Lease } from './lease.js';

/** Supplies a handler that is a function: it holds nothing, so every request gets the same one. */
export class FunctionSource implements HandlerSource, Lease {
  readonly handler: HttpHandler;
  readonly isLentAgain = false;

  constructor(
    processRequest: HandlerFunction,
    readonly settings: HandlerSettings,
  ) {
    this.handler = { processRequest };
  }

  lend(): Lease {
    return this;
  }

  release(): void {}
}
