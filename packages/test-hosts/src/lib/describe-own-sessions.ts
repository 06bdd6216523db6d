import { install } from '@sinonjs/fake-timers';
import type { HandlerApp, SessionOptions } from '@verbena/core';
import { expect } from 'chai';
import Keyv from 'keyv';
import { CountingStore } from './counting-store.js';
import { Gate } from './gate.js';
import type { LocalServer } from './local-server.js';
import { RefreshedSession } from './refreshed-session.js';
import { type Act, sessionApp } from './session-app.js';
import { Visitor } from './visitor.js';

/**
 * Registers tests of the sessions that an adapter keeps by itself, as its options say.
 *
 * @param adapter what it is called: `toKoa`
 * @param start has an application answer under its host
 */
export function describeOwnSessions(
  adapter: string,
  start: (app: HandlerApp, session?: Partial<SessionOptions>) => Promise<Pick<LocalServer, 'url' | 'close'>>,
): void {
  describe(`sessions of ${adapter}, as its options say`, () => {
    let servers: Pick<LocalServer, 'close'>[] = [];

    afterEach(async () => {
      for (const server of servers) await server.close();
      servers = [];
    });

    async function visit(app: HandlerApp, session?: Partial<SessionOptions>): Promise<Visitor> {
      const server = await start(app, session);
      servers.push(server);
      return new Visitor(server);
    }

    it('take another cookie name', async () => {
      const visitor = await visit(sessionApp(), { cookieName: 'sid' });
      await visitor.get('/set?v=1');
      expect([...visitor.cookies.keys()]).to.deep.equal(['sid']);
      expect(await visitor.text('/show')).to.equal('"1"');
    });

    it('last longer when a required handler uses them unchanged in the second half of their lifetime', async () => {
      const clock = install({ toFake: ['Date'] });
      try {
        const store = new CountingStore();
        const visitor = await visit(sessionApp(), { store, maxAgeMs: 60_000 });
        await visitor.get('/set?v=1');
        store.calls.length = 0;
        clock.tick(29_000);
        expect((await visitor.get('/look')).headers.getSetCookie()).to.deep.equal([]);
        clock.tick(2_000);
        expect((await visitor.get('/show')).headers.getSetCookie()).to.deep.equal([]);
        expect(store.calls).to.deep.equal(['get', 'get']);
        expect((await visitor.get('/look')).headers.getSetCookie()).to.have.length(1);
        expect(store.calls).to.deep.equal(['get', 'get', 'get', 'set']);
        clock.tick(59_000);
        expect(await visitor.text('/show')).to.equal('"1"');
      } finally {
        clock.uninstall();
      }
    });

    it('last longer whoever uses them, app.fetch with the same store as well', async () => {
      const clock = install({ toFake: ['Date'] });
      try {
        const store = new CountingStore();
        const visitor = await visit(sessionApp(), { store, maxAgeMs: 60_000 });
        await visitor.get('/set?v=1');
        const [id] = store.texts.keys();
        const apart = sessionApp({}, () => {}, { store, maxAgeMs: 60_000 });
        const abroad = (): Promise<Response> =>
          apart.fetch(new Request('http://host/look', { headers: { cookie: `verbena.sid=${id}` } }));
        for (const use of [abroad, () => visitor.get('/look'), abroad]) {
          store.calls.length = 0;
          clock.tick(29_000);
          await use();
          expect(store.calls).to.deep.equal(['get']);
          clock.tick(2_000);
          await use();
          expect(store.calls).to.deep.equal(['get', 'get', 'set']);
        }
      } finally {
        clock.uninstall();
      }
    });

    it('have a cookie for TLS alone where the options say so, though it is a proxy that speaks TLS', async () => {
      const visitor = await visit(sessionApp(), { secure: true });
      const response = await visitor.get('/set?v=1');
      expect(response.status).to.equal(204);
      expect(response.headers.getSetCookie().join()).to.match(/; secure/i);
      expect(await visitor.text('/show')).to.equal('"1"');
      for (const path of ['/renew', '/leave']) expect((await visitor.get(path)).ok, path).to.equal(true);
      expect(visitor.cookies.size).to.equal(0);
    });

    it('are there under their new identity when a handler fails while regenerate() is under way', async () => {
      class SlowStore extends CountingStore {
        override async delete(key: string): Promise<void> {
          await new Promise((resolve) => setImmediate(resolve));
          await super.delete(key);
        }
      }
      const store = new SlowStore();
      const signIn: Act = async ({ session }) => {
        session.set('user', 1);
        await Promise.all([session.regenerate(), Promise.reject(new Error('the mail was not sent'))]);
      };
      const visitor = await visit(sessionApp({ 'required /sign-in': signIn }), { store });
      await visitor.get('/set?v=kept');
      const [old = ''] = store.texts.keys();
      expect((await visitor.get('/sign-in')).status).to.equal(500);
      expect(store.texts.has(old)).to.equal(false);
      expect(store.contents).to.deep.equal([{ v: 'kept' }]);
      expect(await visitor.text('/show')).to.equal('"kept"');
    });

    it('lose nothing when a handler fails while they are being saved, and the next request comes', async () => {
      class GatedStore extends CountingStore {
        gate: Gate | undefined;

        override async set(key: string, value: object): Promise<void> {
          const { gate } = this;
          this.gate = undefined;
          gate?.reach();
          await gate?.passed;
          await super.set(key, value);
        }
      }
      const store = new GatedStore();
      const gate = new Gate();
      const fail: Act = async ({ session, response }) => {
        session.set('v', 'flushed');
        void response.flush();
        await gate.reached;
        throw new Error('broken');
      };
      const visitor = await visit(sessionApp({ 'required /flush': fail }), { store });
      await visitor.get('/set?v=before');
      store.gate = gate;
      expect((await visitor.get('/flush')).status).to.equal(500);
      const counted = visitor.text('/count');
      // Were it not to wait, it would be through by now.
      for (let others = 0; others < 5; others += 1) await visitor.get('/show');
      gate.open();
      expect(await counted).to.equal('1');
      expect(store.contents).to.deep.equal([{ v: 'flushed', n: 1 }]);
    });

    it('can be looked at again by an answer that lasts, and are empty once they are over', async () => {
      const refreshed = new RefreshedSession();
      const seen = await refreshed.seenBy(await visit(sessionApp(refreshed.acts), { store: new Keyv() }));
      expect(seen).to.deep.equal(['first', 'second', null]);
    });

    it('are kept by any Keyv, and run out there', async () => {
      const visitor = await visit(sessionApp(), { store: new Keyv(), maxAgeMs: 60_000 });
      await visitor.get('/set?v=1');
      expect(await visitor.text('/show')).to.equal('"1"');
      const clock = install({ now: Date.now() + 60_001, toFake: ['Date'] });
      try {
        expect(await visitor.text('/show')).to.equal('null');
      } finally {
        clock.uninstall();
      }
    });

    it(`are as createApp says in all that ${adapter} leaves open`, async () => {
      const [said, other] = [new CountingStore(), new CountingStore()];
      const app = sessionApp({}, () => {}, { store: said, cookieName: 'said' });
      for (const [session, store, cookieName] of [
        [undefined, said, 'said'],
        [{ cookieName: 'other' }, said, 'other'],
        [{ store: other }, other, 'said'],
      ] as const) {
        said.texts.clear();
        const visitor = await visit(app, session);
        await visitor.get('/set?v=1');
        expect([...visitor.cookies.keys()]).to.deep.equal([cookieName]);
        expect(store.contents).to.deep.equal([{ v: '1' }]);
      }
      expect(said.texts.size).to.equal(0);
    });

    it('take turns with those of app.fetch in the same store', async () => {
      const store = new CountingStore();
      const visitor = await visit(sessionApp(), { store });
      await visitor.get('/count');
      const [id] = store.texts.keys();
      const apart = sessionApp({}, () => {}, { store });
      const headers = { cookie: `verbena.sid=${id}` };
      await Promise.all(
        Array.from({ length: 25 }, () => [
          visitor.get('/count'),
          apart.fetch(new Request('http://host/count', { headers })),
        ]).flat(),
      );
      expect(store.contents).to.deep.equal([{ n: 51 }]);
    });
  });
}
