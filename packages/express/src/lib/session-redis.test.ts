import { requireProgram } from '@verbena/test-programs';
import { expect } from 'chai';
import express from 'express';
import Keyv from 'keyv';
import { type ExpressServer, startExpress, Visitor } from './express-server.test-support.js';
import { toExpress } from './middleware.js';
import { Redis } from './redis.test-support.js';
import { sessionApp } from './session-app.test-support.js';

describe('sessions under Express, in Redis by way of Keyv', () => {
  let redis: Redis | undefined;
  let servers: ExpressServer[] = [];

  before(async function () {
    redis = await Redis.start(requireProgram(this, 'redis'));
  });

  after(() => redis?.stop());

  beforeEach(() => redis?.clear());

  afterEach(async () => {
    for (const server of servers) await server.close();
    servers = [];
  });

  /** A server of its own over the one Redis, as another process would be. */
  async function start(): Promise<Visitor> {
    const store = new Keyv({ store: redis, namespace: 'sessions' });
    const server = await startExpress(express().use(toExpress(sessionApp(), { session: { store, maxAgeMs: 60_000 } })));
    servers.push(server);
    return new Visitor(server);
  }

  it('are there for every server that shares the Redis', async () => {
    const [one, two] = [await start(), await start()];
    expect(await one.text('/count')).to.equal('1');
    two.take(one);
    expect(await two.text('/count')).to.equal('2');
    expect(await one.text('/count')).to.equal('3');
  });

  it('have 50 parallel increments of one session give 50', async () => {
    const visitor = await start();
    await visitor.get('/count');
    await Promise.all(Array.from({ length: 50 }, () => visitor.text('/count')));
    expect(await visitor.text('/count')).to.equal('52');
  });

  it('keep any text', async () => {
    const visitor = await start();
    await visitor.get(`/set?v=${encodeURIComponent('caf\u00e9 \u{1f33f}\r\n')}`);
    expect(JSON.parse(await visitor.text('/show'))).to.equal('caf\u00e9 \u{1f33f}\r\n');
  });

  it('run out there by themselves', async () => {
    const visitor = await start();
    await visitor.get('/set');
    const [, id] = /^s%3A([-0-9a-f]+)/.exec(visitor.cookies.get('verbena.sid') ?? '') ?? [];
    expect(Number(await redis?.ask('PTTL', `sessions:${id}`))).to.be.within(50_000, 60_000);
  });

  it('leave nothing when regenerated or abandoned, and nothing for handlers that declare none', async () => {
    const visitor = await start();
    await visitor.get('/plain');
    expect(await redis?.ask('DBSIZE')).to.equal('0');
    await visitor.get('/set?v=1');
    await visitor.get('/renew');
    expect(await redis?.ask('DBSIZE')).to.equal('1');
    expect(await visitor.text('/show')).to.equal('"1"');
    await visitor.get('/leave');
    expect(await redis?.ask('DBSIZE')).to.equal('0');
  });
});
