import type { AnswerStream, Chunk } from '../host.js';

/** What takes the pieces of a body: a `Readable` of Node. */
export interface PieceTaker {
  /** @returns whether there is room for more */
  push(piece: Chunk | null): boolean;
}

/**
 * What the `read` of a Node stream is to do where the stream gives a body. Costs less than to make the stream of an iterable
 * (`npm run bench`, stream).
 *
 * @param failed told when the body fails
 */
export function pullInto(stream: () => PieceTaker, body: AnswerStream, failed: (error: unknown) => void): () => void {
  let isPulling = false;
  const pull = async (): Promise<void> => {
    const taker = stream();
    try {
      // On and on, as asking again for each piece would let the connection take it meanwhile: a body whose pieces are always
      // there would never meet resistance, and nobody else had a turn.
      for (let hasRoom = true; hasRoom; ) {
        const { done, value } = await body.next();
        hasRoom = taker.push(done === true ? null : value);
      }
      isPulling = false;
    } catch (error) {
      failed(error);
    }
  };
  return () => {
    if (isPulling) return;
    isPulling = true;
    void pull();
  };
}
