import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Told } from './work.test-support.js';

/** What a process of a test is to be: one that works, answers requests, watches, or starts operations. */
export interface Role {
  readonly role: 'worker' | 'site' | 'watcher' | 'starter' | 'dying-starter';
  /** Where Redis is. */
  readonly path: string;
  readonly lockMs: number;
}

const programs: Readonly<Partial<Record<Role['role'], string>>> = { site: 'site', watcher: 'watcher' };

/** Processes of one suite, and what they tell. */
export class Processes {
  readonly told: Told[] = [];
  readonly #children = new Map<number, ChildProcess>();

  /** Starts one, and waits until it works. */
  async start(role: Role): Promise<ChildProcess & { readonly pid: number }> {
    const file = `./${programs[role.role] ?? 'worker'}-process.test-support.js`;
    const program = fileURLToPath(new URL(file, import.meta.url));
    const child = fork(program, { env: { ...process.env, VERBENA_ROLE: JSON.stringify(role) } });
    // It is there once it has told so.
    const started = child as ChildProcess & { readonly pid: number };
    this.#children.set(started.pid, child);
    child.on('message', (told) => this.told.push(told as Told));
    child.on('exit', () => this.#children.delete(started.pid));
    while (!this.told.some(({ pid, event }) => pid === started.pid && event === 'up')) {
      await Promise.race([once(child, 'message'), once(child, 'exit')]);
      if (child.exitCode !== null) throw new Error(`A ${role.role} ended with ${child.exitCode} before it worked`);
    }
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
