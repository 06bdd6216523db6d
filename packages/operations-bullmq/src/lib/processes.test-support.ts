import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Told } from './work.test-support.js';
import type { Role } from './worker-process.test-support.js';

/** Processes of one suite, and what they tell. */
export class Processes {
  readonly told: Told[] = [];
  readonly #children = new Map<number, ChildProcess>();

  /** Starts one, and waits until it works. */
  async start(role: Role): Promise<ChildProcess & { readonly pid: number }> {
    const program = fileURLToPath(new URL('./worker-process.test-support.js', import.meta.url));
    const child = fork(program, { env: { ...process.env, VERBENA_ROLE: JSON.stringify(role) } });
    // It is there once it has told so.
    const started = child as ChildProcess & { readonly pid: number };
    this.#children.set(started.pid, child);
    child.on('message', (told) => this.told.push(told as Told));
    child.on('exit', () => this.#children.delete(started.pid));
    while (!this.told.some(({ pid, event }) => pid === started.pid && event === 'up')) await once(child, 'message');
    return started;
  }

  /** Ends it as a power cut would. */
  async kill(pid: number): Promise<void> {
    const child = this.#children.get(pid);
    if (child === undefined) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** Who began an attempt at an operation, in order. */
  begun(id: string): readonly Told[] {
    return this.told.filter((told) => told.event === 'begun' && told.id === id && told.text === undefined);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#children.keys()].map((pid) => this.kill(pid)));
    this.told.length = 0;
  }
}
