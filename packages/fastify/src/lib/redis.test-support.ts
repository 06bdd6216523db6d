import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Redis of its own, which keeps nothing beyond its end, with as much of a client as a Keyv needs (RESP2). */
export class Redis {
  readonly opts = {};
  readonly #process: ChildProcess;
  readonly #socket: Socket;
  readonly #folder: string;
  #received = '';
  readonly #waiting: ((reply: string | undefined) => void)[] = [];

  private constructor(process: ChildProcess, socket: Socket, folder: string) {
    this.#process = process;
    this.#folder = folder;
    this.#socket = socket.setEncoding('latin1').on('data', (text) => {
      this.#received += String(text);
      while (this.#takeReply());
    });
  }

  /** @param program path of `redis-server` */
  static async start(program: string): Promise<Redis> {
    const folder = await mkdtemp(join(tmpdir(), 'verbena-redis-'));
    const path = join(folder, 'socket');
    const settings = ['--port', '0', '--unixsocket', path, '--dir', folder, '--save', '', '--appendonly', 'no'];
    const process = spawn(program, settings, { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const text of process.stdout) if (String(text).includes('ready to accept connections')) break;
    const socket = connect(path);
    await once(socket, 'connect');
    return new Redis(process, socket, folder);
  }

  /** Gives what Redis replies to a command. */
  ask(...words: readonly string[]): Promise<string | undefined> {
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    this.#socket.write(`*${words.length}\r\n${parts.join('')}`);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  get(key: string): Promise<string | undefined> {
    return this.ask('GET', key);
  }

  async set(key: string, value: string, ttlMs: number): Promise<boolean> {
    return (await this.ask('SET', key, value, 'PX', String(ttlMs))) === 'OK';
  }

  async delete(key: string): Promise<boolean> {
    return (await this.ask('DEL', key)) === '1';
  }

  async clear(): Promise<void> {
    await this.ask('FLUSHDB');
  }

  on(): this {
    return this;
  }

  async stop(): Promise<void> {
    this.#socket.destroy();
    this.#process.kill();
    await once(this.#process, 'exit');
    await rm(this.#folder, { recursive: true });
  }

  #takeReply(): boolean {
    const [, kind, head = ''] = /^([+:$])(.*)\r\n/.exec(this.#received) ?? [];
    if (kind === undefined) return false;
    const start = head.length + 3;
    const length = kind === '$' ? Number(head) : -1;
    const end = length < 0 ? start : start + length + 2;
    if (this.#received.length < end) return false;
    const bulk = Buffer.from(this.#received.slice(start, end - 2), 'latin1').toString();
    this.#received = this.#received.slice(end);
    this.#waiting.shift()?.(kind !== '$' ? head : length < 0 ? undefined : bulk);
    return true;
  }
}
