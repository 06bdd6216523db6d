/** What a frame of an event stream tells. */
export type FrameEvent = 'state' | 'progress' | 'gone' | 'stale';

/**
 * A frame of an event stream. Data is one line of JSON, in which a line break is always escaped, so that no text of a
 * stranger can begin a field or a frame of its own.
 *
 * @param seq becomes the frame's id; only of what a client may name as the last it has seen
 */
export function frame(event: FrameEvent, data: object, seq?: number): Uint8Array {
  const id = seq === undefined ? '' : `id: ${seq}\n`;
  return Buffer.from(`event: ${event}\n${id}data: ${JSON.stringify(data)}\n\n`);
}

/** Tells a client how long to wait before it comes back, in milliseconds. */
export function retryFrame(milliseconds: number): Uint8Array {
  return Buffer.from(`retry: ${Math.round(milliseconds)}\n\n`);
}

/** A comment, which no client shows: it keeps proxies from taking a quiet stream for a dead one. */
export const HEARTBEAT: Uint8Array = Buffer.from(':\n\n');
