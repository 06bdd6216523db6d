import { requireProgram } from '@verbena/test-programs';
import { RedisProcess } from '@verbena/test-programs/redis-process';
import { Redis, type RedisOptions } from 'ioredis';

/** A Redis of one suite, that can be killed and comes back with what it held. */
export class RedisServer {
  readonly connection: RedisOptions & { readonly path: string };
  readonly #process: RedisProcess;
  #client: Redis | undefined;

  private constructor(process: RedisProcess) {
    this.#process = process;
    this.connection = { path: process.path };
  }

  /** Starts one, or skips the calling test or suite where none is installed. */
  static async start(context: Mocha.Context, ...settings: string[]): Promise<RedisServer> {
    return new RedisServer(await RedisProcess.start(requireProgram(context, 'redis'), settings));
  }

  /** A connection to look behind the driver with. */
  get client(): Redis {
    this.#client ??= new Redis({ ...this.connection, retryStrategy: () => 50 }).on('error', () => {});
    return this.#client;
  }

  restart(): Promise<void> {
    return this.#process.restart();
  }

  /** Ends it as a power cut would. */
  kill(): Promise<void> {
    return this.#process.kill();
  }

  /** Makes it stand still, or go on. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process.signal(name);
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
    await this.#process.stop();
  }
}
