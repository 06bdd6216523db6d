import { BodyReader } from './body-reader.js';

/** An event as a page gets it (WHATWG HTML, 9.2.6). */
export interface ReceivedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** Reads server-sent events as they come. Comments are kept as events of the type `comment`. */
export class EventReader {
  readonly #reader: BodyReader;
  #taken = 0;
  #lastId = '';

  constructor(response: Response) {
    this.#reader = new BodyReader(response);
  }

  /** What a reader that comes again says it saw last. */
  get lastId(): string {
    return this.#lastId;
  }

  /** Waits for the next event. Rejects when the stream ends before. */
  async next(): Promise<ReceivedEvent> {
    const text = await this.#reader.until('\n\n', this.#taken);
    const end = text.indexOf('\n\n', this.#taken);
    const block = text.slice(this.#taken, end);
    this.#taken = end + 2;
    return this.#eventOf(block.split('\n'));
  }

  /** Leaves, as a page does that is closed. */
  leave(): Promise<void> {
    return this.#reader.leave();
  }

  #eventOf(lines: readonly string[]): ReceivedEvent {
    const data: string[] = [];
    let type = 'message';
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (name === '') [type, data[0]] = ['comment', value];
      else if (name === 'id') this.#lastId = value;
      else if (name === 'event') type = value;
      else if (name === 'data') data.push(value);
    }
    return { id: this.#lastId, type, data: data.join('\n') };
  }
}
