/** What comes over a connection, read in lines and in counted bytes. */
export class IncomingBytes {
  /** @type {AsyncIterator<Uint8Array>} */
  #pieces;
  /** What has come and was not taken. */
  #rest = Buffer.alloc(0);

  /** @param {import('node:net').Socket} socket */
  constructor(socket) {
    this.#pieces = socket[Symbol.asyncIterator]();
  }

  /**
   * The next line, without its end.
   *
   * @returns {Promise<string>}
   * @throws {Error} when the connection ends before the line does
   */
  async line() {
    for (;;) {
      const end = this.#rest.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#rest.toString('latin1', 0, end);
        this.#rest = this.#rest.subarray(end + 2);
        return line;
      }
      if (!(await this.#more()))
        throw new Error(`The connection ended in the middle of a line, after "${this.#rest.toString()}"`);
    }
  }

  /**
   * The next bytes, as they come.
   *
   * @param {number} count `Infinity`: all until the connection ends
   * @returns {AsyncGenerator<Uint8Array, undefined>}
   * @throws {Error} when the connection ends before
   */
  async *bytes(count) {
    let missing = count;
    while (missing > 0) {
      if (this.#rest.length === 0 && !(await this.#more())) {
        if (count === Infinity) return;
        throw new Error(`The connection ended when ${missing} of ${count} bytes were missing`);
      }
      const piece = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(piece.length);
      missing -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }

  async #more() {
    const { done, value } = await this.#pieces.next();
    if (done) return false;
    this.#rest = Buffer.concat([this.#rest, value]);
    return true;
  }
}
