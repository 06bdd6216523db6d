import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createApp, defineHandler, type HttpContext } from '@verbena/core';
import { requireProgram } from '@verbena/test-programs';
import { expect } from 'chai';
import Keyv from 'keyv';
import Koa from 'koa';
import { type KoaServer, startKoa, Visitor } from './koa-server.test-support.js';
import { toKoa } from './middleware.js';

/** As much of Redis as a Keyv needs, spoken to directly (RESP2). */
class RedisStore {
  readonly opts = {};
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  readonly #waiting: ((reply: string | undefined) => void)[] = [];

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1').on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      while (this.#takeReply());
    });
  }

  get(key: string): Promise<string | undefined> {
    return this.#ask('GET', key);
  }

  async set(key: string, value: string, ttlMs?: number): Promise<boolean> {
    await (ttlMs === undefined ? this.#ask('SET', key, value) : this.#ask('SET', key, value, 'PX', String(ttlMs)));
    return true;
  }

  async delete(key: string): Promise<boolean> {
    return (await this.#ask('DEL', key)) === '1';
  }

  async clear(): Promise<void> {
    await this.#ask('FLUSHDB');
  }

  ttl(key: string): Promise<string | undefined> {
    return this.#ask('PTTL', key);
  }

  async keys(): Promise<string | undefined> {
    return this.#ask('DBSIZE');
  }

  on(): this {
    return this;
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(...words: readonly string[]): Promise<string | undefined> {
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    this.#socket.write(`*${words.length}\r\n${parts.join('')}`);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #takeReply(): boolean {
    const lineEnd = this.#received.indexOf('\r\n');
    if (lineEnd < 0) return false;
    const line = this.#received.toString('utf8', 0, lineEnd);
    const length = line.startsWith('$') ? Number(line.slice(1)) : -1;
    const end = length < 0 ? lineEnd + 2 : lineEnd + 2 + length + 2;
    if (this.#received.length < end) return false;
    const bulk = this.#received.toString('utf8', lineEnd + 2, lineEnd + 2 + Math.max(length, 0));
    this.#waiting.shift()?.(line === '$-1' ? undefined : line.startsWith('$') ? bulk : line.slice(1));
    this.#received = this.#received.subarray(end);
    return true;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('sessions under Koa, in Redis by way of Keyv', () => {
  let folder: string | undefined;
  let redis: ChildProcess | undefined;
  let store: RedisStore;
  let servers: KoaServer[] = [];

  before(async function () {
    const program = requireProgram(this, 'redis');
    folder = await mkdtemp(join(tmpdir(), 'verbena-redis-'));
    const port = await freePort();
    const options = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      folder,
    ];
    redis = spawn(program, options, { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: redis.stdout as NodeJS.ReadableStream })) {
      if (line.includes('Ready to accept connections')) break;
    }
    store = new RedisStore(port);
  });

  after(async () => {
    if (redis === undefined) return;
    store.close();
    redis.kill();
    await once(redis, 'exit');
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  beforeEach(() => store.clear());

  afterEach(async () => {
    for (const server of servers) await server.close();
    servers = [];
  });

  /** A server of its own over the one Redis, as another process would be. */
  async function start(): Promise<Visitor> {
    const app = createApp({
      handlers: [
        defineHandler({ path: '/count', session: 'required' }, async ({ session }: HttpContext) => {
          const before = Number(session.get('n') ?? 0);
          await Promise.resolve();
          session.set('n', before + 1);
          return String(before + 1);
        }),
        defineHandler({ path: '/show', session: 'readonly' }, ({ session }: HttpContext) => String(session.get('n'))),
        defineHandler({ path: '/plain' }, () => 'plain'),
        defineHandler({ path: '/renew', session: 'required' }, ({ session }: HttpContext) => session.regenerate()),
        defineHandler({ path: '/leave', session: 'required' }, ({ session }: HttpContext) => session.abandon()),
      ],
    });
    const keyv = new Keyv({ store, namespace: 'sessions' });
    const server = await startKoa(new Koa().use(toKoa(app, { session: { store: keyv, maxAgeMs: 60_000 } })));
    servers.push(server);
    return new Visitor(server);
  }

  it('are there for every server that shares the Redis', async () => {
    const [one, two] = [await start(), await start()];
    expect(await one.text('/count')).to.equal('1');
    for (const [name, value] of one.cookies) two.cookies.set(name, value);
    expect(await two.text('/count')).to.equal('2');
    expect(await one.text('/show')).to.equal('2');
  });

  it('have 50 parallel increments of one session give 50', async () => {
    const visitor = await start();
    await visitor.get('/count');
    await Promise.all(Array.from({ length: 50 }, () => visitor.text('/count')));
    expect(await visitor.text('/show')).to.equal('51');
  });

  it('run out there by themselves', async () => {
    const visitor = await start();
    await visitor.get('/count');
    const [id] = visitor.cookies.values();
    expect(Number(await store.ttl(`sessions:${id}`))).to.be.within(50_000, 70_000);
  });

  it('leave nothing when regenerated or abandoned, and nothing for handlers that declare none', async () => {
    const visitor = await start();
    await visitor.get('/plain');
    expect(await store.keys()).to.equal('0');
    await visitor.get('/count');
    await visitor.get('/renew');
    expect(await store.keys()).to.equal('1');
    expect(await visitor.text('/show')).to.equal('1');
    await visitor.get('/leave');
    expect(await store.keys()).to.equal('0');
  });
});
