import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from './until.js';

/** For tests: an example, started as users start it, in a group of processes of its own. */
export class Program {
  output = '';
  readonly #child: ChildProcess;
  readonly #exit: Promise<readonly unknown[]>;

  /** @param env what it is told besides what this process was */
  constructor(file: string, env: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, ['--enable-source-maps', file], {
      env: { ...process.env, ...env },
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    this.#exit = once(this.#child, 'close');
  }

  /** Resolves with the address it prints. */
  async ready(): Promise<string> {
    await this.says(/http:\S+/);
    return /http:\S+/.exec(this.output)?.[0] ?? '';
  }

  /** @throws Error with its output when it ends before it has said so */
  async says(text: RegExp): Promise<void> {
    await until(() => {
      if (text.test(this.output)) return true;
      if (this.#child.exitCode !== null) throw new Error(`The program ended: ${this.output}`);
      return false;
    });
  }

  /** Signals it alone. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it with all its processes. */
  killAll(): void {
    try {
      process.kill(-(this.#child.pid ?? 0), 'SIGKILL');
    } catch {
      // There are none any more.
    }
  }

  /** Resolves with exit code and signal. */
  ended(): Promise<readonly unknown[]> {
    return this.#exit;
  }
}
