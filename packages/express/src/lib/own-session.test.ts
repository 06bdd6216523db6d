import { createHmac } from 'node:crypto';
import { type Clock, install } from '@sinonjs/fake-timers';
import { createApp, defineHandler, type HttpContext } from '@verbena/core';
import { expect } from 'chai';
import express, { type Application, type ErrorRequestHandler } from 'express';
import Keyv from 'keyv';
import { type ExpressServer, startExpress, Visitor } from './express-server.test-support.js';
import { type ExpressAdapterOptions, toExpress } from './middleware.js';
import type { ExpressNative } from './request.js';
import { type Act, CountingStore, Gate, sessionApp } from './session-app.test-support.js';

describe('sessions of toExpress itself', () => {
  let servers: ExpressServer[] = [];

  afterEach(async () => {
    for (const server of servers) await server.close();
    servers = [];
  });

  async function start(host: Application): Promise<ExpressServer> {
    const server = await startExpress(host);
    servers.push(server);
    return server;
  }

  async function stage(
    acts: Readonly<Record<string, Act>> = {},
    options: ExpressAdapterOptions['session'] = {},
  ): Promise<{ store: CountingStore; visitor: Visitor; errors: unknown[] }> {
    const store = new CountingStore();
    const errors: unknown[] = [];
    const app = sessionApp(acts, (error) => errors.push(error));
    const server = await start(express().use(toExpress(app, { session: { store, ...options } })));
    return { store, visitor: new Visitor(server), errors };
  }

  it('are neither loaded nor sent for a handler that declares none', async () => {
    const { store, visitor } = await stage();
    expect((await visitor.get('/plain')).headers.getSetCookie()).to.deep.equal([]);
    await visitor.get('/set');
    store.calls.length = 0;
    expect((await visitor.get('/plain')).headers.getSetCookie()).to.deep.equal([]);
    expect((await visitor.get('/nowhere')).status).to.equal(404);
    expect(store.calls).to.deep.equal([]);
  });

  it('have a cookie that scripts and other sites do not see', async () => {
    const { visitor } = await stage();
    const [line = ''] = (await visitor.get('/set')).headers.getSetCookie();
    expect(line).to.match(/^verbena\.sid=s%3A[-0-9a-f]{36}\.[^;]+; path=\/; expires=[^;]+; httponly; samesite=lax$/i);
  });

  it('take another cookie name', async () => {
    const { visitor } = await stage({}, { cookieName: 'sid' });
    await visitor.get('/set?v=1');
    expect([...visitor.cookies.keys()]).to.deep.equal(['sid']);
    expect(await visitor.text('/show')).to.equal('"1"');
  });

  it('are signed with the secret, of several with the first, and accept each', async () => {
    const store = new CountingStore();
    const visitors: Visitor[] = [];
    for (const secret of ['old', ['new', 'old'], ['new']]) {
      visitors.push(new Visitor(await start(express().use(toExpress(sessionApp(), { session: { store, secret } })))));
    }
    const [first, second, third] = visitors as [Visitor, Visitor, Visitor];
    await first.get('/set?v=1');
    for (const visitor of [second, third]) visitor.take(first);
    expect([await second.text('/show'), await third.text('/show')]).to.deep.equal(['"1"', 'null']);
    await second.get('/set?v=2');
    third.take(second);
    expect(await third.text('/show')).to.equal('"2"');
    const [id] = store.texts.keys();
    for (const forged of [`s%3A${id}.forged`, `${id}`]) {
      third.cookies.set('verbena.sid', forged);
      expect(await third.text('/show')).to.equal('null');
    }
  });

  it('refuse an empty secret, when the adapter is made', () => {
    for (const secret of ['', [], ['new', '']]) {
      expect(() => toExpress(sessionApp(), { session: { secret } })).to.throw(TypeError, 'empty secret');
    }
  });

  it('have a cookie for TLS alone where a trusted proxy speaks TLS, or where the author says so', async () => {
    const lines = async (host: Application, options: ExpressAdapterOptions['session']): Promise<string> => {
      const { url } = await start(host.use(toExpress(sessionApp(), { session: options ?? {} })));
      const response = await fetch(`${url}/set`, { headers: { 'x-forwarded-proto': 'https' } });
      return response.headers.getSetCookie().join();
    };
    expect(await lines(express().set('trust proxy', true), {})).to.match(/; secure/i);
    expect(await lines(express(), {}))
      .to.match(/^verbena\.sid=/)
      .and.not.match(/; secure/i);
    expect(await lines(express(), { secure: true })).to.match(/; secure/i);
    expect(await lines(express().set('trust proxy', true), { secure: false })).to.not.match(/; secure/i);
  });

  it('have one cookie, beside those of others, however often they were saved', async () => {
    const store = new CountingStore();
    const app = sessionApp({
      'required /often': async ({ session, response }) => {
        response.cookies.set('handler', '1');
        session.set('v', 1);
        await session.regenerate();
        await session.regenerate();
        session.set('v', 2);
        return session.id;
      },
    });
    const host = express().use((_req, res, next) => {
      res.cookie('before', '1');
      next();
    });
    const { url } = await start(host.use(toExpress(app, { session: { store } })));
    const response = await fetch(`${url}/often`);
    const cookies = response.headers.getSetCookie();
    expect(cookies.map((line) => line.split('=')[0])).to.deep.equal(['before', 'verbena.sid', 'handler']);
    expect(cookies[1]).to.contain(await response.text());
    expect(store.contents).to.deep.equal([{ v: 2 }]);
  });

  it('are saved and abandoned, without their cookie, by a handler that has answered past the adapter', async () => {
    const past =
      (text: string, act: Act): Act =>
      async (context) => {
        (context.native as ExpressNative).res.send(text);
        await act(context);
      };
    const store = new CountingStore();
    const failures: unknown[] = [];
    const host = express().use(
      toExpress(
        sessionApp({
          'required /keep': past('kept', ({ session }) => session.set('v', 'kept')),
          'required /drop': past('dropped', ({ session }) => session.abandon()),
        }),
        { session: { store } },
      ),
    );
    const watch: ErrorRequestHandler = (error, _req, _res, next) => {
      failures.push(error);
      next();
    };
    const visitor = new Visitor(await start(host.use(watch)));
    await visitor.get('/set?v=1');
    expect(await visitor.text('/keep')).to.equal('kept');
    expect(await visitor.text('/show')).to.equal('"kept"');
    expect(await visitor.text('/drop')).to.equal('dropped');
    expect(await visitor.text('/show')).to.equal('null');
    expect(failures).to.deep.equal([]);
  });

  it('leave res.end and res.write as they are: nothing is saved, and nothing held up, at the end', async () => {
    const { visitor } = await stage({
      'required /own': ({ session, native }) => {
        session.set('v', 1);
        return ['end', 'write', 'writeHead'].filter((name) => Object.hasOwn((native as ExpressNative).res, name));
      },
    });
    expect(await (await visitor.get('/own')).json()).to.deep.equal([]);
  });

  for (const [name, store] of [
    ['a distant store', new CountingStore()],
    ['a Keyv', new Keyv()],
  ] as const) {
    it(`have 50 parallel increments of one session give 50, in ${name}`, async () => {
      const { visitor } = await stage({}, { store });
      await visitor.get('/count');
      const texts = await Promise.all(Array.from({ length: 50 }, () => visitor.text('/count')));
      expect(texts.map(Number).toSorted((a, b) => a - b)).to.deep.equal(Array.from({ length: 50 }, (_, i) => i + 2));
      expect(await visitor.text('/count')).to.equal('52');
    });
  }

  it('answer a readonly handler while a required one still runs', async () => {
    const gate = new Gate();
    const { visitor } = await stage({
      'required /long': async ({ session }) => {
        session.set('v', 'unsaved');
        gate.reach();
        await gate.passed;
      },
    });
    await visitor.get('/set?v=before');
    const long = visitor.get('/long');
    await gate.reached;
    expect(await visitor.text('/show')).to.equal('"before"');
    gate.open();
    await long;
    expect(await visitor.text('/show')).to.equal('"unsaved"');
  });

  it('refuse a write of a readonly handler', async () => {
    const { store, visitor, errors } = await stage({ 'readonly /write': ({ session }) => session.set('v', 1) });
    await visitor.get('/set?v=kept');
    store.calls.length = 0;
    expect((await visitor.get('/write')).status).to.equal(500);
    expect(errors[0]).to.have.property('code', 'session-read-only');
    expect(store.calls).to.not.include('set');
  });

  it('are not saved unchanged, nor after an error (H8)', async () => {
    const { store, visitor } = await stage();
    expect((await visitor.get('/look')).headers.getSetCookie()).to.deep.equal([]);
    expect(store.calls).to.deep.equal([]);
    await visitor.get('/set?v=kept');
    store.calls.length = 0;
    await visitor.get('/look');
    expect((await visitor.get('/fail')).status).to.equal(500);
    expect(store.calls).to.deep.equal(['get', 'get']);
    expect(store.contents).to.deep.equal([{ v: 'kept' }]);
  });

  it('take another identity and keep their values when regenerated; the old one is gone', async () => {
    const { store, visitor } = await stage();
    await visitor.get('/set?v=1');
    const old = visitor.cookies.get('verbena.sid') ?? '';
    const [before = '', now = ''] = (await (await visitor.get('/renew')).json()) as string[];
    expect(old).to.contain(before);
    expect(visitor.cookies.get('verbena.sid')).to.contain(now).and.to.not.contain(before);
    expect([...store.texts.keys()]).to.deep.equal([now]);
    expect(store.contents).to.deep.equal([{ v: '1', renewed: true }]);
    visitor.cookies.set('verbena.sid', old);
    expect(await visitor.text('/show')).to.equal('null');
  });

  it('are gone with their cookie when abandoned', async () => {
    const { store, visitor } = await stage();
    await visitor.get('/set?v=1');
    const old = visitor.cookies.get('verbena.sid') ?? '';
    await visitor.get('/leave');
    expect(visitor.cookies.size).to.equal(0);
    expect(store.texts.size).to.equal(0);
    visitor.cookies.set('verbena.sid', old);
    expect(await visitor.text('/show')).to.equal('null');
  });

  it('can be abandoned after the first flush, when the cookie can no longer be withdrawn', async () => {
    const { store, visitor, errors } = await stage({
      'required /leave-late': async ({ session, response }) => {
        response.write('bye');
        await response.flush();
        await session.abandon();
      },
    });
    await visitor.get('/set?v=1');
    expect(await visitor.text('/leave-late')).to.equal('bye');
    expect(store.texts.size).to.equal(0);
    expect(errors).to.deep.equal([]);
    expect(await visitor.text('/show')).to.equal('null');
  });

  it('keep late changes of a stream', async () => {
    const { store, visitor, errors } = await stage();
    await visitor.get('/set?v=early');
    expect(await visitor.text('/late')).to.equal('x');
    expect(store.contents).to.deep.equal([{ v: 'late' }]);
    expect(errors).to.deep.equal([]);
  });

  it('cannot begin after the first flush: session-late', async () => {
    const { store, visitor, errors } = await stage();
    await visitor.text('/late').catch(() => {});
    expect(errors.map((error) => (error as { code?: unknown }).code)).to.deep.equal(['session-late']);
    expect(store.calls).to.not.include('set');
  });

  for (const id of [crypto.randomUUID(), 'user:1', '__proto__', 'x'.repeat(1000)]) {
    it(`are never taken over by an identity a client made up: ${id.slice(0, 40)}`, async () => {
      const { store, visitor } = await stage();
      store.texts.set('user:1', '{"values":{"v":"of another kind"}}');
      visitor.cookies.set('verbena.sid', signed(id));
      expect(await visitor.text('/show')).to.equal('null');
      await visitor.get('/set');
      expect(visitor.cookies.get('verbena.sid'))
        .to.match(/^s%3A[-0-9a-f]{36}\./)
        .and.to.not.contain(id);
    });
  }

  for (const [call, path] of [
    ['get', '/set'],
    ['get', '/show'],
    ['set', '/set'],
    ['set', '/renew'],
    ['delete', '/renew'],
    ['delete', '/leave'],
  ] as const) {
    it(`give ${path} 500 when the store fails in ${call}(), report it once, and free the turn`, async () => {
      const { store, visitor, errors } = await stage();
      await visitor.get('/set?v=1');
      const cookie = visitor.cookies.get('verbena.sid') ?? '';
      store.failing = call;
      const response = await visitor.get(path);
      expect(response.status).to.equal(500);
      expect(await response.text()).to.not.contain('down');
      expect(errors.map(String)).to.deep.equal(['Error: store is down']);
      store.failing = undefined;
      visitor.cookies.set('verbena.sid', cookie);
      expect((await visitor.get('/set?v=2')).status).to.equal(204);
    });
  }

  it('last longer when a required handler uses them unchanged in the second half of their lifetime', async () => {
    const clock = install({ toFake: ['Date'] });
    try {
      const { store, visitor } = await stage({}, { maxAgeMs: 60_000 });
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

  it('keep values of any name', async () => {
    const names = ['isNew', 'maxAge', '_expire', 'length', 'save', '__proto__', 'values', 'constructor'];
    const { visitor } = await stage({
      'required /names': ({ session }) => {
        for (const name of names) session.set(name, name);
      },
      'readonly /read': ({ session }) => names.map((name) => session.get(name)),
    });
    expect((await visitor.get('/names')).status).to.equal(204);
    expect(await (await visitor.get('/read')).json()).to.deep.equal(names);
  });

  it('are kept by any Keyv, and run out there', async () => {
    const store = new Keyv();
    const visitor = new Visitor(
      await start(express().use(toExpress(sessionApp(), { session: { store, maxAgeMs: 60_000 } }))),
    );
    await visitor.get('/set?v=1');
    expect(await visitor.text('/show')).to.equal('"1"');
    const clock: Clock = install({ now: Date.now() + 60_001, toFake: ['Date'] });
    try {
      expect(await visitor.text('/show')).to.equal('null');
    } finally {
      clock.uninstall();
    }
  });

  it('are kept where createApp says, unless toExpress says otherwise', async () => {
    const [said, other] = [new CountingStore(), new CountingStore()];
    const set = defineHandler({ path: '/set', session: 'required' }, ({ session }: HttpContext) => session.set('v', 1));
    const app = createApp({ handlers: [set], session: { store: said } });
    for (const [options, store] of [
      [{}, said],
      [{ session: { secret: 'secret' } }, said],
      [{ session: { store: other } }, other],
    ] as const) {
      const running = await startExpress(express().use(toExpress(app, options)));
      await new Visitor(running).get('/set');
      await running.close();
      expect(store.contents.at(-1)).to.deep.equal({ v: 1 });
    }
    expect(said.texts.size).to.equal(2);
  });

  it('are kept in memory where no store is given, for each Express application apart', async () => {
    const middleware = toExpress(sessionApp());
    const [one, two] = [await start(express().use(middleware)), await start(express().use(middleware))];
    const visitor = new Visitor(one);
    await visitor.get('/set?v=1');
    expect(await visitor.text('/show')).to.equal('"1"');
    const stranger = new Visitor(two);
    for (const [name, value] of visitor.cookies) stranger.cookies.set(name, value);
    expect(await stranger.text('/show')).to.equal('null');
  });

  it('are one and the same for two applications mounted in one Express application', async () => {
    const gate = new Gate();
    const store = new CountingStore();
    const host = express();
    host.use(
      toExpress(
        createApp({
          handlers: [
            defineHandler({ path: '/first', session: 'required' }, async ({ session }: HttpContext) => {
              gate.reach();
              await gate.passed;
              session.set('n', Number(session.get('n') ?? 0) + 10);
            }),
          ],
        }),
        { session: { store } },
      ),
    );
    const visitor = new Visitor(await start(host.use(toExpress(sessionApp(), { session: { store } }))));
    await visitor.get('/count');
    const first = visitor.get('/first');
    await gate.reached;
    const counted = visitor.text('/count');
    // Were it not to wait, it would be through by now.
    for (let others = 0; others < 5; others += 1) await visitor.get('/plain');
    gate.open();
    await first;
    expect(await counted).to.equal('12');
    expect(store.contents).to.deep.equal([{ n: 12 }]);
  });

  it('in memory are the same for handlers in several places of one Express application', async () => {
    const host = express().use('/one', toExpress(sessionApp()));
    host.use('/two', express().use(toExpress(sessionApp())));
    const visitor = new Visitor(await start(host));
    await visitor.get('/one/set?v=1');
    expect(await visitor.text('/two/show')).to.equal('"1"');
  });

  it('leave alone whatever else the application calls req.session', async () => {
    const seen: unknown[] = [];
    const host = express().use((req, res, next) => {
      Object.assign(req, { session: 'own' });
      res.once('finish', () => seen.push(req.session));
      next();
    });
    const visitor = new Visitor(await start(host.use(toExpress(sessionApp()))));
    await visitor.get('/set?v=1');
    expect(await visitor.text('/show')).to.equal('"1"');
    expect(seen).to.deep.equal(['own', 'own']);
  });
});

/** The cookie of an identity that somebody has signed who knows how the adapter does without a secret. */
function signed(id: string): string {
  const signature = createHmac('sha256', 'verbena').update(id).digest('base64').replace(/=+$/, '');
  return encodeURIComponent(`s:${id}.${signature}`);
}
