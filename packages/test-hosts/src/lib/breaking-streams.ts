import { Readable } from 'node:stream';
import type { HttpContext } from '@verbena/core';

/** Handlers, by path, whose answers break off with an error after the piece `first`. */
export function breakingStreams(error: Error): Readonly<Record<string, (context: HttpContext) => unknown>> {
  async function* pieces(): AsyncGenerator<string> {
    yield 'first';
    throw error;
  }
  return {
    '/iterable': pieces,
    '/readable': () => Readable.from(pieces()),
    '/written': async ({ response }) => {
      response.write('first');
      await response.flush();
      throw error;
    },
  };
}
