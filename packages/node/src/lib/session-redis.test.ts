import { createApp, defineHandler, type HttpContext } from '@verbena/core';
import { requireProgram } from '@verbena/test-programs';
import { expect } from 'chai';
import Keyv from 'keyv';
import { ask } from './client.test-support.js';
import { Redis } from './redis.test-support.js';
import { type RunningServer, serve } from './serve.js';

describe('sessions under serve, in Redis by way of Keyv', () => {
  let redis: Redis | undefined;
  let servers: RunningServer[] = [];

  before(async function () {
    redis = await Redis.start(requireProgram(this, 'redis'));
  });

  after(() => redis?.stop());

  afterEach(async () => {
    for (const server of servers) await server.close();
    servers = [];
  });

  /** A server of its own over the one Redis, as another process would be. */
  async function start(): Promise<number> {
    const app = createApp({
      handlers: [
        defineHandler({ path: '/count', session: 'required' }, ({ session }: HttpContext) => {
          const count = Number(session.get('n') ?? 0) + 1;
          session.set('n', count);
          return String(count);
        }),
        defineHandler({ path: '/leave', session: 'required' }, ({ session }: HttpContext) => session.abandon()),
      ],
    });
    const session = { store: new Keyv({ store: redis, namespace: 'sessions' }), maxAgeMs: 60_000 };
    const server = await serve(app, { port: 0, host: '127.0.0.1', signals: [], session });
    servers.push(server);
    return server.port;
  }

  it('are there for every server that shares the Redis, run out by themselves, and leave nothing', async () => {
    const [one, two] = [await start(), await start()];
    const { message } = await ask(one, { path: '/count' });
    const cookie = message.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    const headers = { cookie };
    expect((await ask(two, { path: '/count', headers })).text).to.equal('2');
    expect((await ask(one, { path: '/count', headers })).text).to.equal('3');
    const id = cookie.slice('verbena.sid='.length);
    expect(Number(await redis?.ask('PTTL', `sessions:${id}`))).to.be.within(50_000, 60_000);
    await ask(two, { path: '/leave', headers });
    expect(await redis?.ask('DBSIZE')).to.equal('0');
  });
});
