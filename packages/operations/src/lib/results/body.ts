import type { ResultBody } from './result-content.js';

const encoder = new TextEncoder();

/** Characters of a long text that are encoded at once. */
const SLICE = 65_536;

/**
 * What a result consists of, piece by piece.
 *
 * @param givenUp closes the body and ends the reading, however long the next piece would take. Rejects with its reason then
 */
export async function* bytesOf(body: ResultBody, givenUp?: AbortSignal): AsyncGenerator<Uint8Array, undefined> {
  if (body instanceof Uint8Array) yield body;
  else if (typeof body === 'string') yield* slicesOf(body);
  else
    for await (const piece of givenUp === undefined ? body : untilAborted(body, givenUp))
      yield typeof piece === 'string' ? encoder.encode(piece) : piece;
}

/** Closes a body that nobody is going to read. */
export async function discard(body: ResultBody): Promise<void> {
  if (typeof body === 'string' || body instanceof Uint8Array) return;
  await close(body, body[Symbol.asyncIterator]());
}

function* slicesOf(text: string): Generator<Uint8Array, undefined> {
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + SLICE, text.length);
    // A pair of surrogates must stay together.
    const last = text.charCodeAt(end - 1);
    if (last >= 0xd800 && last <= 0xdbff && end < text.length) end += 1;
    yield encoder.encode(text.slice(start, end));
    start = end;
  }
}

async function* untilAborted<Piece>(body: AsyncIterable<Piece>, signal: AbortSignal): AsyncGenerator<Piece, undefined> {
  const pieces = body[Symbol.asyncIterator]();
  // One that fails or ends has closed itself.
  let isOpen = true;
  let refuse: (reason: unknown) => void = () => {};
  const abort = (): void => {
    refuse(signal.reason);
    // Whatever it does from now on is dropped, and so is that it cannot be closed.
    close(body, pieces).catch(() => {});
  };
  signal.addEventListener('abort', abort);
  try {
    for (;;) {
      signal.throwIfAborted();
      isOpen = false;
      // No race with one promise for all: that would hold every piece until it settles.
      const next = await new Promise<IteratorResult<Piece>>((resolve, reject) => {
        refuse = reject;
        Promise.resolve(pieces.next()).then(resolve, reject);
      });
      if (next.done === true) return undefined;
      isOpen = true;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    if (isOpen && !signal.aborted) await close(body, pieces);
  }
}

async function close(body: AsyncIterable<unknown>, pieces: AsyncIterator<unknown>): Promise<void> {
  // A Node stream stops at once when it is destroyed, while its iterator would first wait for the piece on its way.
  if ('destroy' in body && typeof body.destroy === 'function') body.destroy();
  else await pieces.return?.();
}
