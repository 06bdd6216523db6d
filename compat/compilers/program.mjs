import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { searchPath } from './installed.mjs';

/** How long a program may run before it is killed, in milliseconds. */
const LIMIT_MS = 60_000;

/** A program that runs in a project's folder, with all it started. */
export class Program {
  #child;
  #output = '';
  /**
   * Settles when it has ended, with its exit code; null when it was killed.
   *
   * @type {Promise<number | null>}
   */
  ended;

  /**
   * @param {readonly string[]} command
   * @param {string} folder
   */
  constructor([file = '', ...parameters], folder) {
    const env = { ...process.env, PATH: searchPath, NO_COLOR: '1', NODE_ENV: 'production' };
    this.#child = spawn(file, parameters, { cwd: folder, env, detached: true });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        this.#output += stripVTControlCharacters(text);
      });
    const timer = setTimeout(() => this.#kill(), LIMIT_MS);
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('close', resolve).on('error', reject);
    }).finally(() => clearTimeout(timer));
  }

  /** What it has written so far, without colours. */
  get output() {
    return this.#output;
  }

  /**
   * Waits until it serves.
   *
   * @returns {Promise<string | undefined>} where; nothing when it has ended instead
   */
  async address() {
    const port = new Promise((resolve) => {
      this.#child.stdout.on('data', () => {
        const [, found] = /^listening on (\d+)\n/m.exec(this.#output) ?? [];
        if (found !== undefined) resolve(found);
      });
    });
    const found = await Promise.race([port, this.ended.then(() => undefined)]);
    return found === undefined ? undefined : `http://127.0.0.1:${found}`;
  }

  /** Asks it to end, as its input does. */
  stop() {
    this.#child.stdin.end();
    return this.ended;
  }

  #kill() {
    // The negative number means the whole group: some tools run the application in a process of its own.
    if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
  }
}
