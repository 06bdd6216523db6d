import { AssertionError } from 'chai';

/** Reads the body of an answer as it comes, as text. */
export class BodyReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = '';

  constructor(response: Response) {
    if (response.body === null)
      throw new AssertionError(`An answer ${response.status} was to have a body, and has none`);
    this.#reader = response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  }

  /**
   * Reads until this text has come; gives everything read so far.
   *
   * @param after how many characters from the beginning do not count
   */
  async until(text: string, after = 0): Promise<string> {
    while (!this.#text.includes(text, after)) {
      if (!(await this.#readOn())) {
        throw new AssertionError(`The body ended before "${text}" had come; it was "${this.#text.slice(0, 200)}"`);
      }
    }
    return this.#text;
  }

  /** Reads to the end; gives the whole text. Rejects when the body breaks off. */
  async end(): Promise<string> {
    while (await this.#readOn());
    return this.#text;
  }

  /** Leaves, as a client does that wants no more of it. */
  async leave(): Promise<void> {
    await this.#reader.cancel();
  }

  async #readOn(): Promise<boolean> {
    const { done, value } = await this.#reader.read();
    if (value !== undefined) this.#text += this.#decoder.decode(value, { stream: true });
    return !done;
  }
}
