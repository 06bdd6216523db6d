import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createClient, createKeyv } from '@keyv/redis';
import type { Keyv } from 'keyv';
import { requireProgram } from './lib/require-program.js';

/** A Redis that belongs to one suite of tests, and keeps nothing beyond its end. */
export class Redis {
  /** Where it is reached: a socket in a folder of its own, so that it takes no port. */
  readonly #socket: { readonly path: string; readonly tls: false };
  readonly #folder: string;
  readonly #process: ChildProcessByStdio<null, Readable, null>;
  readonly #client: ReturnType<typeof createClient>;
  readonly #stores: Keyv[] = [];

  /** Where clients of other libraries reach it: the path of its socket. */
  get path(): string {
    return this.#socket.path;
  }

  private constructor(folder: string, path: string, process: ChildProcessByStdio<null, Readable, null>) {
    this.#folder = folder;
    this.#process = process;
    this.#socket = { path, tls: false };
    this.#client = createClient({ socket: this.#socket });
  }

  /**
   * Starts one, or skips the calling test or suite where none is installed.
   *
   * @throws Error when it is missing and `VERBENA_REQUIRE` names it
   */
  static async start(context: Mocha.Context): Promise<Redis> {
    const program = requireProgram(context, 'redis');
    const folder = await mkdtemp(join(tmpdir(), 'verbena-redis-'));
    const path = join(folder, 'socket');
    const settings = ['--port', '0', '--unixsocket', path, '--dir', folder, '--save', '', '--appendonly', 'yes'];
    const process = spawn(program, settings, { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const text of process.stdout) if (String(text).includes('ready to accept connections')) break;
    const redis = new Redis(folder, path, process);
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
    this.#process.kill();
    await once(this.#process, 'exit');
    await rm(this.#folder, { recursive: true });
  }
}
