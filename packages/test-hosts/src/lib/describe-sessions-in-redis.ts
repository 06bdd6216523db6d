import type { HandlerApp, SessionOptions } from '@verbena/core';
import { Redis } from '@verbena/test-programs/redis';
import { expect } from 'chai';
import type { LocalServer } from './local-server.js';
import { sessionApp } from './session-app.js';
import { Visitor } from './visitor.js';

/**
 * Registers tests of what becomes of sessions in a Redis, by way of Keyv; skipped where there is none.
 *
 * @param start has an application answer under the host
 */
export function describeSessionsInRedis(
  host: string,
  start: (app: HandlerApp, session: SessionOptions) => Promise<Pick<LocalServer, 'url' | 'close'>>,
): void {
  describe(`sessions under ${host}, in Redis by way of Keyv`, () => {
    let redis: Redis;
    let servers: Pick<LocalServer, 'close'>[] = [];

    before(async function () {
      redis = await Redis.start(this);
    });

    // Where the tests are skipped, there is none.
    after(() => (redis as Redis | undefined)?.stop());

    beforeEach(() => redis.clear());

    afterEach(async () => {
      for (const server of servers) await server.close();
      servers = [];
    });

    /** A client of a server that has a connection of its own to the one Redis, as another process would. */
    async function visit(): Promise<Visitor> {
      const server = await start(sessionApp(), { store: redis.store('sessions'), maxAgeMs: 60_000 });
      servers.push(server);
      return new Visitor(server);
    }

    it('are there for every server that shares the Redis', async () => {
      const [one, two] = [await visit(), await visit()];
      expect(await one.text('/count')).to.equal('1');
      two.take(one);
      expect(await two.text('/count')).to.equal('2');
      expect(await one.text('/count')).to.equal('3');
    });

    it('have 50 parallel increments of one session give 50', async () => {
      const visitor = await visit();
      await visitor.get('/count');
      await Promise.all(Array.from({ length: 50 }, () => visitor.text('/count')));
      expect(await visitor.text('/count')).to.equal('52');
    });

    it('keep any text', async () => {
      const visitor = await visit();
      await visitor.get(`/set?v=${encodeURIComponent('caf\u00e9 \u{1f33f}\r\n')}`);
      expect(JSON.parse(await visitor.text('/show'))).to.equal('caf\u00e9 \u{1f33f}\r\n');
    });

    it('run out there by themselves', async () => {
      const visitor = await visit();
      await visitor.get('/set');
      const [lifetimeMs, ...more] = await redis.lifetimesMs();
      expect(lifetimeMs).to.be.within(50_000, 60_000);
      expect(more).to.deep.equal([]);
    });

    it('leave nothing when regenerated or abandoned, and nothing for handlers that declare none', async () => {
      const visitor = await visit();
      await visitor.get('/plain');
      expect(await redis.lifetimesMs()).to.deep.equal([]);
      await visitor.get('/set?v=1');
      await visitor.get('/renew');
      expect(await redis.lifetimesMs()).to.have.length(1);
      expect(await visitor.text('/show')).to.equal('"1"');
      await visitor.get('/leave');
      expect(await redis.lifetimesMs()).to.deep.equal([]);
    });
  });
}
