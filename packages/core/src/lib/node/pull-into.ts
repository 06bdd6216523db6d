import type { AnswerStream, Chunk, PieceReader } from '../host.js';

/** What takes the pieces of a body: a `Readable` of Node, or a response. */
export interface PieceTaker {
  /** @returns whether there is room for more */
  push(piece: Chunk | null): boolean;
}

/**
 * Gives a body to what takes it, as long as there is room. The function it gives is to be called at first, and whenever there is
 * room again: it is the `read` of a Node stream. Costs less than to make the stream of an iterable (`npm run bench`, stream).
 *
 * @param failed told when the body fails
 */
export function pullInto(taker: () => PieceTaker, body: AnswerStream, failed: (error: unknown) => void): () => void {
  const pulling = new Pulling(taker, body, failed);
  return () => pulling.start();
}

class Pulling implements PieceReader {
  readonly #taker: () => PieceTaker;
  readonly #body: AnswerStream;
  readonly #failed: (error: unknown) => void;
  /** Of a piece that there is room for: `wanted` until it is asked for. Over as `asked`, so that nothing is asked for any more. */
  #piece: 'unwanted' | 'wanted' | 'asked' = 'unwanted';
  #isAsking = false;

  constructor(taker: () => PieceTaker, body: AnswerStream, failed: (error: unknown) => void) {
    this.#taker = taker;
    this.#body = body;
    this.#failed = failed;
  }

  start(): void {
    if (this.#piece !== 'unwanted') return;
    this.#piece = 'wanted';
    // Not while it asks: a Node stream asks for the next piece before it passes the last one on, which a failure would cut off.
    queueMicrotask(this.#ask);
  }

  take(piece: Chunk): void {
    let hasRoom: boolean;
    try {
      hasRoom = this.#taker().push(piece);
    } catch (error) {
      this.#failed(error);
      return;
    }
    // On and on, as asking again for each piece would let the connection take it meanwhile: a body whose pieces are always
    // there would never meet resistance, and nobody else had a turn.
    this.#piece = hasRoom ? 'wanted' : 'unwanted';
    if (hasRoom) this.#ask();
  }

  end(): void {
    this.#taker().push(null);
  }

  fail(error: unknown): void {
    this.#failed(error);
  }

  /** In a loop, as pieces may be there at once: calls within calls would run out of stack. */
  readonly #ask = (): void => {
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#piece === 'wanted') {
      this.#piece = 'asked';
      this.#body.pull(this);
    }
    this.#isAsking = false;
  };
}
