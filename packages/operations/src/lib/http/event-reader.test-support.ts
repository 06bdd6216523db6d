/** One frame of an event stream, as a client reads it. */
export interface ReadFrame {
  readonly event?: string;
  readonly id?: string;
  readonly retry?: number;
  /** Data as JSON. */
  readonly data?: Record<string, unknown> & { readonly state?: string; readonly id?: string; readonly seq?: number };
  /** Whether it is a comment. */
  readonly isComment: boolean;
}

/** Reads an event stream frame by frame, and fails on anything that is none. */
export class EventReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = '';
  /** All that has come. */
  raw = '';

  constructor(response: Response) {
    if (response.body === null) throw new Error(`There is no stream in an answer ${response.status}`);
    this.#reader = response.body.getReader();
  }

  /** The next frame; undefined at the end of the stream. Rejects when the stream breaks off. */
  async next(): Promise<ReadFrame | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return frameOf(block);
      }
      const { done, value } = await this.#reader.read();
      if (done) {
        if (this.#text !== '') throw new Error(`The stream ended within a frame: ${JSON.stringify(this.#text)}`);
        return undefined;
      }
      const text = this.#decoder.decode(value, { stream: true });
      this.raw += text;
      this.#text += text;
    }
  }

  /** The next frame that tells something. */
  async news(): Promise<ReadFrame | undefined> {
    for (;;) {
      const frame = await this.next();
      if (frame === undefined || frame.event !== undefined) return frame;
    }
  }

  /** Everything that is told until the stream ends. */
  async rest(): Promise<readonly ReadFrame[]> {
    const frames: ReadFrame[] = [];
    for (let frame = await this.news(); frame !== undefined; frame = await this.news()) frames.push(frame);
    return frames;
  }

  leave(): Promise<void> {
    return this.#reader.cancel();
  }
}

function frameOf(block: string): ReadFrame {
  const fields = new Map<string, string>();
  let isComment = false;
  for (const line of block.split('\n')) {
    if (line.startsWith(':')) {
      isComment = true;
      continue;
    }
    const [, name = '', value = ''] = /^(event|id|data|retry): (.*)$/.exec(line) ?? [];
    if (name === '' || fields.has(name)) throw new Error(`This is no frame: ${JSON.stringify(block)}`);
    fields.set(name, value);
  }
  const [event, id, data, retry] = ['event', 'id', 'data', 'retry'].map((name) => fields.get(name));
  return {
    isComment,
    ...(event === undefined ? {} : { event }),
    ...(id === undefined ? {} : { id }),
    ...(retry === undefined ? {} : { retry: Number(retry) }),
    ...(data === undefined ? {} : { data: JSON.parse(data) as NonNullable<ReadFrame['data']> }),
  };
}
