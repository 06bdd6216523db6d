import { createClient, createKeyv } from '@keyv/redis';
import type { Keyv } from 'keyv';
import { requireProgram } from './lib/require-program.js';
import { RedisProcess } from './redis-process.js';

/** A Redis that belongs to one suite of tests, and keeps nothing beyond its end. */
export class Redis {
  readonly #process: RedisProcess;
  readonly #client: ReturnType<typeof createClient>;
  readonly #stores: Keyv[] = [];

  private constructor(process: RedisProcess) {
    this.#process = process;
    this.#client = createClient({ socket: this.#socket });
  }

  /** Where clients of other libraries reach it: the path of its socket. */
  get path(): string {
    return this.#process.path;
  }

  /**
   * Starts one, or skips the calling test or suite where none is installed.
   *
   * @throws Error when it is missing and `VERBENA_REQUIRE` names it
   */
  static async start(context: Mocha.Context): Promise<Redis> {
    const redis = new Redis(await RedisProcess.start(requireProgram(context, 'redis')));
    await redis.#client.connect();
    return redis;
  }

  /** Opens a store with a connection of its own; it is closed with the Redis. */
  store(namespace: string): Keyv {
    const store = createKeyv({ socket: this.#socket }, { namespace });
    this.#stores.push(store);
    return store;
  }

  /** How long each value that it holds has to live, in milliseconds; -1 for one without an end. */
  async lifetimesMs(): Promise<number[]> {
    const keys = await this.#client.keys('*');
    return Promise.all(keys.map((key) => this.#client.pTTL(key)));
  }

  /** Forgets all that it holds. */
  async clear(): Promise<void> {
    await this.#client.flushDb();
  }

  /** Closes all stores, and ends it. */
  async stop(): Promise<void> {
    for (const store of this.#stores) await store.disconnect();
    this.#client.destroy();
    await this.#process.stop();
  }

  get #socket(): { readonly path: string; readonly tls: false } {
    return { path: this.#process.path, tls: false };
  }
}
