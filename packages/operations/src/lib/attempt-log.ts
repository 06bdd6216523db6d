import { lineOf } from './progress/line.js';

const LINE_LIMIT = 1000;
const RING = 100;

/** Lines that were logged and not stored yet; of too many, the latest. */
export class AttemptLog {
  #lines: string[] = [];

  add(line: unknown): void {
    this.#lines.push(logLineOf(line));
    if (this.#lines.length > 2 * RING) this.#lines = this.#lines.slice(-RING);
  }

  take(): readonly string[] {
    const lines = this.#lines.slice(-RING);
    this.#lines = [];
    return lines;
  }
}

/** What a handler logs, as one line; of what is no text, what it is. */
function logLineOf(line: unknown): string {
  return lineOf(typeof line === 'string' ? line : `(${typeof line})`, LINE_LIMIT);
}
