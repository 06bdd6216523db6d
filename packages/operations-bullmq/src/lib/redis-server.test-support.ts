import { requireProgram } from '@verbena/test-programs';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis, type RedisOptions } from 'ioredis';

/** A Redis of one suite, with an append-only file, that can be killed and comes back with what it held. */
export class RedisServer {
  readonly connection: RedisOptions & { readonly path: string };
  readonly #program: string;
  readonly #folder: string;
  readonly #settings: readonly string[];
  #process: ChildProcess | undefined;
  #client: Redis | undefined;

  private constructor(program: string, folder: string, settings: readonly string[]) {
    this.#program = program;
    this.#folder = folder;
    this.#settings = settings;
    this.connection = { path: join(folder, 'socket') };
  }

  /** Starts one, or skips the calling test or suite where none is installed. */
  static async start(context: Mocha.Context, ...settings: string[]): Promise<RedisServer> {
    const program = requireProgram(context, 'redis');
    const folder = await mkdtemp(join(tmpdir(), 'verbena-redis-'));
    const server = new RedisServer(program, folder, settings);
    await server.restart();
    return server;
  }

  /** A connection to look behind the driver with. */
  get client(): Redis {
    this.#client ??= new Redis({ ...this.connection, retryStrategy: () => 50 }).on('error', () => {});
    return this.#client;
  }

  async restart(): Promise<void> {
    const fixed = ['--port', '0', '--unixsocket', this.connection.path, '--dir', this.#folder, '--save', ''];
    const child = spawn(this.#program, [...fixed, '--appendonly', 'yes', ...this.#settings], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
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

  /** Forgets all that it holds. */
  async clear(): Promise<void> {
    await this.client.flushall();
  }

  /** How many connections it has, besides the one of {@link client}, whose name begins so. */
  async connections(name = ''): Promise<number> {
    const lines = String(await this.client.client('LIST'))
      .trim()
      .split('\n');
    return lines.filter((line) => line.includes(` name=${name}`)).length - (name === '' ? 1 : 0);
  }

  async stop(): Promise<void> {
    this.#client?.disconnect();
    await this.kill();
    await rm(this.#folder, { recursive: true });
  }
}
