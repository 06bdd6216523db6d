import type { BodyReader, HostBody } from '../host.js';
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

  collect(reader: BodyReader): void {
    const message = this.#message;
    // Listeners end with the message. To take them off costs as much as all the rest here (`npm run bench`, order).
    let isOver = false;
    const fail = (error: unknown): void => {
      // It flows on, with nobody to take it: the rest must come off the wire before the connection's next request can.
      if (isOver) return;
      isOver = true;
      reader.fail(error);
    };
    const close = (): void => {
      if (!isOver) fail(new Error('The connection was closed before the end of the body'));
    };
    if (message.destroyed) {
      close();
      return;
    }
    // Of a message that nobody has asked for anything before its end, Node would take the listeners off (`npm run bench`, order).
    message.read(0);
    message.on('end', () => {
      if (isOver) return;
      isOver = true;
      reader.end();
    });
    message.on('error', fail);
    message.on('close', close);
    message.on('data', (chunk) => {
      if (isOver) return;
      try {
        reader.take(chunk);
      } catch (error) {
        fail(error);
      }
    });
  }
}

async function* chunksOf(message: NodeMessage): AsyncGenerator<Uint8Array, undefined> {
  try {
    // Destroying the message would take the connection with it, and the answer that refuses the body.
    for await (const chunk of message.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } finally {
    // What nobody reads must still be taken off the wire, or the connection's next request never comes.
    if (!message.readableEnded) message.resume();
  }
}
