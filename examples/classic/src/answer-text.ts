/** For tests: the text of an answer, read as far as it is wanted. */
export class AnswerText {
  #text = '';
  readonly #reader: ReadableStreamDefaultReader<string>;

  constructor(answer: Response) {
    const body = answer.body ?? new ReadableStream<Uint8Array>();
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Resolves, once a piece of text has come, with all that came so far. */
  until(wanted: string): Promise<string> {
    return this.#read(() => this.#text.includes(wanted));
  }

  /** Resolves, once the answer has ended, with the whole of it. */
  rest(): Promise<string> {
    return this.#read(() => false);
  }

  async #read(isEnough: () => boolean): Promise<string> {
    while (!isEnough()) {
      const { done, value } = await this.#reader.read();
      if (done) break;
      this.#text += value;
    }
    return this.#text;
  }
}
