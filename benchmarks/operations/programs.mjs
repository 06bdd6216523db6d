import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Another program that is told what to do. */
export class Program {
  #child;
  #waiting = new Map();
  #last = 0;
  /** Resolves when the program has ended. */
  over;

  /**
   * @param {string} file beside this one
   * @param {readonly string[]} [words]
   */
  constructor(file, words = []) {
    this.#child = fork(join(import.meta.dirname, file), words, { execArgv: ['--expose-gc'] });
    this.over = once(this.#child, 'exit');
    this.#child.on('message', ({ id, result, failure }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (failure === undefined) resolve(result);
      else reject(new Error(failure));
    });
    void this.over.then(() => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${file} has ended`));
    });
  }

  /** @returns {Promise<any>} */
  ask(name, parameters = {}) {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, name, parameters });
    });
  }

  /** Asks the program to end, as an operating system does. */
  terminate() {
    this.#child.kill('SIGTERM');
  }

  async end() {
    this.#child.kill('SIGKILL');
    await this.over;
  }
}

/**
 * A site with watchers, for as long as something is measured.
 *
 * @template Result
 * @param {(stage: { site: Program, watchers: Program, port: number }) => Promise<Result>} measure
 * @param {string} [file] the program that serves
 * @param {readonly string[]} [words] what it is told
 * @returns {Promise<Result>}
 */
export async function onStage(measure, file = 'site.mjs', words = []) {
  const site = new Program(file, words);
  const watchers = new Program('watchers.mjs');
  try {
    const port = await site.ask('listen');
    await watchers.ask('aim', { port });
    return await measure({ site, watchers, port });
  } finally {
    await Promise.all([site.end(), watchers.end()]);
  }
}

/** Some time later. */
export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
