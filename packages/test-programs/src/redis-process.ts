import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The process of a Redis, with an append-only file: it can be ended as a power cut would, and comes back with what it held. */
export class RedisProcess {
  /** Where it is reached: a socket in a folder of its own, so that it takes no port. */
  readonly path: string;
  readonly #program: string;
  readonly #folder: string;
  readonly #settings: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(program: string, folder: string, settings: readonly string[]) {
    this.#program = program;
    this.#folder = folder;
    this.#settings = settings;
    this.path = join(folder, 'socket');
  }

  /**
   * Starts one, and waits until it answers.
   *
   * @param program the file to run
   * @param settings further ones of its command line
   */
  static async start(program: string, settings: readonly string[] = []): Promise<RedisProcess> {
    const redis = new RedisProcess(program, await mkdtemp(join(tmpdir(), 'verbena-redis-')), settings);
    await redis.restart();
    return redis;
  }

  /** Starts it anew after {@link kill}. */
  async restart(): Promise<void> {
    const fixed = [
      '--port',
      '0',
      '--unixsocket',
      this.path,
      '--dir',
      this.#folder,
      '--save',
      '',
      '--appendonly',
      'yes',
    ];
    const child = spawn(this.#program, [...fixed, ...this.#settings], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = child;
    for await (const text of child.stdout) if (String(text).includes('eady to accept connections')) break;
    child.stdout.resume();
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#process!;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** Makes it stand still, or go on. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process!.kill(name);
  }

  /** Ends it, with what it held. */
  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true });
  }
}
