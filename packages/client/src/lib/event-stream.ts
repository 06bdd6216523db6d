import { retryAfterMs } from './backoff.js';

/** How long after the request its first byte may come. A proxy that buffers sends none. */
const FIRST_BYTE_MS = 5_000;
/** How long a stream may be silent; servers send something every 15 seconds. */
const SILENCE_MS = 40_000;
/** How long a stream that cannot be had is left alone. */
export const ALONE_MS = 60_000;
/** When to connect again after a stream has ended, if it did not say. */
const RECONNECT_MS = 2_000;

/** Takes the next piece of a stream, and gives when the server wants to be connected to again, in milliseconds. */
export type EventStreamParser = (piece: string) => number;

/**
 * Takes an event stream (HTML standard, 9.2.6) apart, however it was cut. Ids are left out: the data has its own.
 *
 * @param onEvent called for each event, when it is complete
 */
export function createParser(onEvent: (event: string, data: string) => void): EventStreamParser {
  let retryMs = RECONNECT_MS;
  let rest = '';
  let event = '';
  let data: string[] = [];

  return (piece) => {
    // A carriage return at the very end may be the first half of a line end.
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() as string;
    for (const line of lines) {
      const [, field, value = ''] = /^(\w*)(?:: ?(.*))?/.exec(line) as RegExpExecArray;
      if (field === 'data') data.push(value);
      if (field === 'event') event = value;
      if (field === 'retry') retryMs = Number(value) || retryMs;
      if (line) continue;
      if (data.length > 0) onEvent(event, data.join('\n'));
      event = '';
      data = [];
    }
    return retryMs;
  };
}

/**
 * Reads one event stream to its end, which is also its loss, its silence, or `request` aborting.
 *
 * @param onSign called whenever something comes, before the events in it
 * @returns when to try again, in milliseconds; 0 when the server could not be reached
 */
export async function readEvents(
  fetchFrom: typeof fetch,
  url: string,
  request: AbortController,
  onSign: () => void,
  onEvent: (event: string, data: string) => void,
): Promise<number> {
  const giveUp = (): void => request.abort();
  const parse = createParser(onEvent);
  let againMs = 0;
  let guard = setTimeout(() => {
    againMs = ALONE_MS;
    giveUp();
  }, FIRST_BYTE_MS);
  try {
    const response = await fetchFrom(url, { signal: request.signal });
    if (response.status === 200) {
      const pieces = (response.body as ReadableStream).pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) {
        clearTimeout(guard);
        guard = setTimeout(giveUp, SILENCE_MS);
        againMs = RECONNECT_MS;
        onSign();
        againMs = parse(piece.value);
      }
    } else againMs = Math.max(ALONE_MS, retryAfterMs(response));
  } catch {
    // What follows depends on how far it had come, not on why it ended.
  }
  clearTimeout(guard);
  giveUp();
  return againMs;
}
