import { createApp, defineHandler, type HttpContext } from '@verbena/core';
import { requireProgram } from '@verbena/test-programs';
import { expect } from 'chai';
import Keyv from 'keyv';
import { LoggedFastify, Visitor } from './fastify-server.test-support.js';
import { toFastify } from './plugin.js';
import { Redis } from './redis.test-support.js';

describe('sessions under Fastify, in Redis by way of Keyv', () => {
  let redis: Redis | undefined;
  let servers: LoggedFastify[] = [];

  before(async function () {
    redis = await Redis.start(requireProgram(this, 'redis'));
  });

  after(() => redis?.stop());

  beforeEach(() => redis?.clear());

  afterEach(async () => {
    for (const { fastify } of servers) await fastify.close();
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
        defineHandler('/plain', () => 'plain'),
        defineHandler({ path: '/renew', session: 'required' }, ({ session }: HttpContext) => session.regenerate()),
        defineHandler({ path: '/leave', session: 'required' }, ({ session }: HttpContext) => session.abandon()),
      ],
    });
    const store = new Keyv({ store: redis, namespace: 'sessions' });
    const logged = new LoggedFastify();
    servers.push(logged);
    await logged.fastify.register(toFastify(app, { session: { store, maxAgeMs: 60_000 } }));
    return new Visitor(await logged.start());
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
    expect(Number(await redis?.ask('PTTL', `sessions:${id}`))).to.be.within(50_000, 60_000);
  });

  it('leave nothing when regenerated or abandoned, and nothing for handlers that declare none', async () => {
    const visitor = await start();
    await visitor.get('/plain');
    expect(await redis?.ask('DBSIZE')).to.equal('0');
    await visitor.get('/count');
    await visitor.get('/renew');
    expect(await redis?.ask('DBSIZE')).to.equal('1');
    expect(await visitor.text('/show')).to.equal('1');
    await visitor.get('/leave');
    expect(await redis?.ask('DBSIZE')).to.equal('0');
  });
});
