import { createApp, defineFactory, type HandlerApp } from '@verbena/core';

/** Makes an application whose answer to `/` never ends, and which tells when the handler was given back. */
export function endlessApp(): { readonly app: HandlerApp; readonly released: Promise<void> } {
  let release: () => void;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  class Streaming {
    async *processRequest(): AsyncGenerator<string> {
      for (;;) yield 'x';
    }
  }
  class Source {
    getHandler(): Streaming {
      return new Streaming();
    }
    releaseHandler(): void {
      release();
    }
  }
  return { app: createApp({ handlers: [defineFactory('/', Source)], development: false }), released };
}
