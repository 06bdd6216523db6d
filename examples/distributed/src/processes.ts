import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a process does: the file of that name. */
export type Role = 'web' | 'worker';

/** How long it takes to replace a process that has died, in milliseconds. */
const REPLACED_AFTER_MS = 500;

/** The processes of this example. One that is killed is replaced; one that fails ends them all. */
export class Processes {
  readonly #running = new Map<Worker, Role>();
  #isStopping = false;

  /**
   * @param env what they are told
   * @param say told what happens
   * @param failed called when a process has failed by itself: its replacement would fail, too
   */
  constructor(
    private readonly env: Readonly<Record<string, string>>,
    private readonly say: (text: string) => void,
    private readonly failed: () => void,
  ) {}

  /** Starts a process. Those of the same role share their ports. */
  start(role: Role): void {
    if (this.#isStopping) return;
    const exec = fileURLToPath(new URL(`${role}.js`, import.meta.url));
    cluster.setupPrimary({ exec, execArgv: ['--enable-source-maps'] });
    const child = cluster.fork(this.env);
    this.#running.set(child, role);
    this.say(`${role} ${child.process.pid} begins`);
    child.once('exit', (code: number, signal: string | null) => {
      this.#running.delete(child);
      if (this.#isStopping) return;
      if (signal === null) {
        this.say(`${role} ${child.process.pid} failed with code ${code}`);
        this.failed();
        return;
      }
      this.say(`${role} ${child.process.pid} was ended by ${signal}; another one takes its place`);
      setTimeout(() => this.start(role), REPLACED_AFTER_MS);
    });
  }

  /** Tells all to stop, and waits until they have. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const children = [...this.#running.keys()];
    const exits = children.map((child) => once(child, 'exit'));
    for (const child of children) child.process.kill('SIGTERM');
    await Promise.all(exits);
  }
}
