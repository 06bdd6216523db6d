import type { HostBody } from '../host.js';
import type { NodeMessage, NodeResponse } from './node-types.js';

/** The body of a Node request, as the application reads it. */
export class NodeBody implements HostBody {
  readonly #message: NodeMessage;
  readonly #response: NodeResponse;

  constructor(message: NodeMessage, response: NodeResponse) {
    this.#message = message;
    this.#response = response;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    const chunks = chunksOf(this.#message);
    // A handler may have left off in the middle, and the connection's next request waits behind the rest.
    this.#response.once('close', () => void chunks.return(undefined));
    return chunks;
  }

  collect(take: (chunk: Uint8Array) => void): Promise<void> {
    const message = this.#message;
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        message.off('data', takeOne);
        message.off('end', end);
        message.off('error', fail);
        message.off('close', close);
      };
      const takeOne = (chunk: Uint8Array): void => {
        try {
          take(chunk);
        } catch (error) {
          fail(error);
        }
      };
      const end = (): void => {
        stop();
        resolve();
      };
      const fail = (error: unknown): void => {
        // It flows on, with nobody to take it: the rest must come off the wire before the connection's next request can.
        stop();
        // It may fail once more, with nobody there to hear of it.
        message.on('error', ignore);
        reject(error);
      };
      const close = (): void => fail(new Error('The connection was closed before the end of the body'));
      if (message.destroyed) {
        close();
        return;
      }
      message.on('end', end);
      message.on('error', fail);
      message.on('close', close);
      message.on('data', takeOne);
    });
  }
}

function ignore(): void {}

async function* chunksOf(message: NodeMessage): AsyncGenerator<Uint8Array, undefined> {
  try {
    // Destroying the message would take the connection with it, and the answer that refuses the body.
    for await (const chunk of message.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } finally {
    // What nobody reads must still be taken off the wire, or the connection's next request never comes.
    if (!message.readableEnded) message.resume();
  }
}
