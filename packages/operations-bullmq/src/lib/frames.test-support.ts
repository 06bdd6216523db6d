import type { View } from './seen.test-support.js';

/** One frame of an event stream. */
export interface Frame {
  readonly event: string;
  /** Its id; empty where it has none. */
  readonly seq: string;
  readonly data: View;
}

/** Reads the frames of an event stream as they come, until it ends or breaks off. */
export async function* framesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of body) {
    text += decoder.decode(bytes, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      const data = field('data');
      if (data === undefined) continue;
      yield { event: field('event') ?? '', seq: field('id') ?? '', data: JSON.parse(data) as View };
    }
  }
}
