import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** How long Redis may take to answer, in milliseconds. */
const PATIENCE_MS = 10_000;

/** A Redis for this example alone: a socket in its folder, and no port. */
export class OwnRedis {
  readonly socket: string;
  #process: ChildProcess | undefined;

  constructor(private readonly folder: string) {
    this.socket = join(folder, 'redis.sock');
  }

  /** Undefined while none of ours runs. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /**
   * Starts it, in the place of one that was left running. What operations need of a Redis is said here: nothing is evicted, and every
   * second what was written is on the disk.
   *
   * @param ended called when it ends
   * @throws Error when none is installed, or it does not begin to answer
   */
  async start(ended: (pid: number | undefined) => void): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    if (await answers(this.socket)) await shutDown(this.socket);
    const settings = ['--port', '0', '--unixsocket', this.socket, '--dir', this.folder, '--save', ''];
    const durable = ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction', '--loglevel', 'warning'];
    // In a group of its own, so that Ctrl+C in a terminal does not end it before those who need it.
    const child = spawn('redis-server', [...settings, ...durable], { stdio: 'ignore', detached: true });
    await once(child, 'spawn').catch((cause: unknown) => {
      throw new Error('redis-server was not found; install Redis, or set REDIS_URL to one that runs', { cause });
    });
    child.once('exit', () => ended(child.pid));
    this.#process = child;
    await this.#begun();
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill();
    await exit;
  }

  async #begun(): Promise<void> {
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await pause(50))
      if (await answers(this.socket)) return;
    throw new Error(`redis-server did not begin to answer on ${this.socket}`);
  }
}

function answers(socket: string): Promise<boolean> {
  return withClient(socket, async (client) => (await client.ping()) === 'PONG').catch(() => false);
}

/** Resolves when it is gone: its connection then breaks. */
async function shutDown(socket: string): Promise<void> {
  await withClient(socket, (client) => client.shutdown('NOSAVE')).catch(() => {});
}

async function withClient<Result>(socket: string, act: (client: Redis) => Promise<Result>): Promise<Result> {
  const client = new Redis({ path: socket, lazyConnect: true, retryStrategy: () => null });
  // What goes wrong is told by the promises.
  client.on('error', () => {});
  try {
    await client.connect();
    return await act(client);
  } finally {
    client.disconnect();
  }
}
