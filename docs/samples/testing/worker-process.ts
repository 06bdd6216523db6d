import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Has the work of `operations-bullmq.ts` done by a process of its own. */
export class WorkerProcess {
  readonly #process;

  constructor(redisUrl: string) {
    const module = new URL('../operations-bullmq.js', import.meta.url).href;
    const program = `import { startWorker } from ${JSON.stringify(module)}; startWorker(process.argv[1]);`;
    this.#process = spawn(process.execPath, ['--input-type=module', '--eval', program, redisUrl], { stdio: 'inherit' });
  }

  /** Asks it to end, and gives the code with which it has. */
  async stop(): Promise<number> {
    const ended = once(this.#process, 'exit') as Promise<[code: number]>;
    this.#process.kill();
    const [code] = await ended;
    return code;
  }
}
