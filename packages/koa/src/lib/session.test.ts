import { type Clock, install } from '@sinonjs/fake-timers';
import { createApp, defineHandler, type HandlerApp, type HttpContext, type SessionStore } from '@verbena/core';
import { expect } from 'chai';
import Keyv from 'keyv';
import Koa, { type Context, type Middleware } from 'koa';
import { createSession, type CreateSessionOptions } from 'koa-session';
import { type KoaServer, startKoa, Visitor } from './koa-server.test-support.js';
import { type KoaAdapterOptions, toKoa } from './middleware.js';

type Act = (context: HttpContext) => unknown;

/** Keeps sessions as a distant store would, as text, and counts how often it is asked. */
class CountingStore implements SessionStore {
  readonly texts = new Map<string, string>();
  readonly calls: string[] = [];
  failing: keyof SessionStore | undefined;

  async get(key: string): Promise<unknown> {
    this.#called('get');
    const text = this.texts.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async set(key: string, value: Record<string, unknown>): Promise<void> {
    this.#called('set');
    this.texts.set(key, JSON.stringify(value));
  }

  async delete(key: string): Promise<void> {
    this.#called('delete');
    this.texts.delete(key);
  }

  /** What it holds, without identities and what koa-session adds. */
  get contents(): unknown[] {
    return [...this.texts.values()].map((text) => {
      const { _expire, _maxAge, ...values } = JSON.parse(text) as Record<string, unknown>;
      return values['values'] ?? values;
    });
  }

  #called(call: keyof SessionStore): void {
    this.calls.push(call);
    if (this.failing === call) throw new Error('store is down');
  }
}

function appOf(acts: Readonly<Record<string, Act>> = {}, onError: (error: unknown) => void = () => {}): HandlerApp {
  const all: Record<string, Act> = {
    'required /set': ({ request, session }) => session.set('v', request.query.get('v') ?? 'some'),
    'readonly /show': ({ session }) => JSON.stringify(session.get('v') ?? null),
    'required /count': async ({ session }) => {
      const before = Number(session.get('n') ?? 0);
      // Lets other requests arrive and load in between.
      await new Promise((resolve) => setImmediate(resolve));
      session.set('n', before + 1);
      return String(before + 1);
    },
    'required /look': ({ session }) => session.keys(),
    'none /plain': () => 'plain',
    'required /fail': ({ session }) => {
      session.set('v', 'changed');
      throw new Error('broken');
    },
    'required /renew': async ({ session }) => {
      const before = session.id;
      await session.regenerate();
      session.set('renewed', true);
      return [before, session.id];
    },
    'required /leave': ({ session }) => session.abandon(),
    'required /late': async ({ session, response }) => {
      response.write('x');
      await response.flush();
      session.set('v', 'late');
    },
    ...acts,
  };
  return createApp({
    development: false,
    onError,
    handlers: Object.entries(all).map(([declaration, act]) => {
      const [session, path = ''] = declaration.split(' ');
      const handle = (context: HttpContext): unknown => act(context);
      return session === 'required' || session === 'readonly'
        ? defineHandler({ path, session }, handle)
        : defineHandler({ path }, handle);
    }),
  });
}

/** Something a handler waits at, and a sign that it has come there. */
class Gate {
  open!: () => void;
  reach!: () => void;
  readonly passed = new Promise<void>((resolve) => (this.open = resolve));
  readonly reached = new Promise<void>((resolve) => (this.reach = resolve));
}

describe('sessions under Koa', () => {
  let servers: KoaServer[] = [];

  afterEach(async () => {
    for (const server of servers) await server.close();
    servers = [];
  });

  async function start(koa: Koa): Promise<KoaServer> {
    const server = await startKoa(koa);
    servers.push(server);
    return server;
  }

  describe('of toKoa itself', () => {
    async function stage(
      acts: Readonly<Record<string, Act>> = {},
      options: KoaAdapterOptions['session'] = {},
    ): Promise<{ server: KoaServer; store: CountingStore; visitor: Visitor }> {
      const store = new CountingStore();
      const server = await start(new Koa().use(toKoa(appOf(acts), { session: { store, ...options } })));
      return { server, store, visitor: new Visitor(server) };
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
      expect(line).to.match(/^verbena\.sid=[-0-9a-f]{36}; path=\/; expires=[^;]+; samesite=lax; httponly$/i);
    });

    it('take another cookie name', async () => {
      const { visitor } = await stage({}, { cookieName: 'sid' });
      await visitor.get('/set?v=1');
      expect([...visitor.cookies.keys()]).to.deep.equal(['sid']);
      expect(await visitor.text('/show')).to.equal('"1"');
    });

    it('are signed where the application has keys to sign with', async () => {
      const store = new CountingStore();
      const koa = new Koa({ keys: ['secret'] });
      const visitor = new Visitor(await start(koa.use(toKoa(appOf(), { session: { store } }))));
      await visitor.get('/set?v=1');
      expect([...visitor.cookies.keys()]).to.deep.equal(['verbena.sid', 'verbena.sid.sig']);
      expect(await visitor.text('/show')).to.equal('"1"');
      visitor.cookies.set('verbena.sid.sig', 'forged');
      expect(await visitor.text('/show')).to.equal('null');
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
      const { server, store, visitor } = await stage({ 'readonly /write': ({ session }) => session.set('v', 1) });
      await visitor.get('/set?v=kept');
      store.calls.length = 0;
      expect((await visitor.get('/write')).status).to.equal(500);
      expect(server.errors[0]).to.have.property('code', 'session-read-only');
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
      const [before, now] = (await (await visitor.get('/renew')).json()) as string[];
      expect(before).to.equal(old);
      expect(visitor.cookies.get('verbena.sid')).to.equal(now).and.to.not.equal(old);
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
      const { server, store, visitor } = await stage({
        'required /leave-late': async ({ session, response }) => {
          response.write('bye');
          await response.flush();
          await session.abandon();
        },
      });
      await visitor.get('/set?v=1');
      expect(await visitor.text('/leave-late')).to.equal('bye');
      expect(store.texts.size).to.equal(0);
      expect(server.errors).to.deep.equal([]);
      expect(await visitor.text('/show')).to.equal('null');
    });

    it('keep late changes of a stream', async () => {
      const { server, store, visitor } = await stage();
      await visitor.get('/set?v=early');
      expect(await visitor.text('/late')).to.equal('x');
      expect(store.contents).to.deep.equal([{ v: 'late' }]);
      expect(server.errors).to.deep.equal([]);
    });

    it('cannot begin after the first flush: session-late', async () => {
      const { server, store, visitor } = await stage();
      await visitor.text('/late').catch(() => {});
      expect(server.errors.map((error) => (error as { code?: unknown }).code)).to.deep.equal(['session-late']);
      expect(store.calls).to.not.include('set');
    });

    for (const id of [crypto.randomUUID(), 'user:1', '__proto__', 'x'.repeat(1000)]) {
      it(`are never taken over by an identity a client made up: ${id.slice(0, 40)}`, async () => {
        const { store, visitor } = await stage();
        store.texts.set('user:1', '{"values":{"v":"of another kind"}}');
        visitor.cookies.set('verbena.sid', id);
        expect(await visitor.text('/show')).to.equal('null');
        await visitor.get('/set');
        expect(visitor.cookies.get('verbena.sid'))
          .to.match(/^[-0-9a-f]{36}$/)
          .and.to.not.equal(id);
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
        const { server, store, visitor } = await stage();
        await visitor.get('/set?v=1');
        const cookie = visitor.cookies.get('verbena.sid') ?? '';
        store.failing = call;
        const response = await visitor.get(path);
        expect(response.status).to.equal(500);
        expect(await response.text()).to.not.contain('down');
        expect(server.errors.map(String)).to.deep.equal(['Error: store is down']);
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
      const visitor = new Visitor(await start(new Koa().use(toKoa(appOf(), { session: { store, maxAgeMs: 60_000 } }))));
      await visitor.get('/set?v=1');
      expect(await visitor.text('/show')).to.equal('"1"');
      const clock: Clock = install({ now: Date.now() + 60_001, toFake: ['Date'] });
      try {
        expect(await visitor.text('/show')).to.equal('null');
      } finally {
        clock.uninstall();
      }
    });

    it('are kept where createApp says, unless toKoa says otherwise', async () => {
      const [said, other] = [new CountingStore(), new CountingStore()];
      const set = defineHandler({ path: '/set', session: 'required' }, ({ session }: HttpContext) =>
        session.set('v', 1),
      );
      const app = createApp({ handlers: [set], session: { store: said } });
      for (const [options, store] of [
        [{}, said],
        [{ session: { cookieName: 'kept', waitMs: 100 } }, said],
        [{ session: { store: other } }, other],
      ] as const) {
        said.texts.clear();
        const running = await startKoa(new Koa().use(toKoa(app, options)));
        await new Visitor(running).get('/set');
        await running.close();
        expect(store.contents).to.deep.equal([{ v: 1 }]);
      }
      expect(said.texts.size).to.equal(0);
    });

    it('are kept in memory where no store is given, for each Koa application apart', async () => {
      const middleware = toKoa(appOf());
      const [one, two] = [await start(new Koa().use(middleware)), await start(new Koa().use(middleware))];
      const visitor = new Visitor(one);
      await visitor.get('/set?v=1');
      expect(await visitor.text('/show')).to.equal('"1"');
      const stranger = new Visitor(two);
      for (const [name, value] of visitor.cookies) stranger.cookies.set(name, value);
      expect(await stranger.text('/show')).to.equal('null');
    });

    it('are one and the same for two applications mounted in one Koa application', async () => {
      const gate = new Gate();
      const store = new CountingStore();
      const koa = new Koa();
      koa.use(
        toKoa(
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
      const visitor = new Visitor(await start(koa.use(toKoa(appOf(), { session: { store } }))));
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

    it('leave alone whatever else the application calls ctx.session', async () => {
      const koa = new Koa();
      const seen: unknown[] = [];
      koa.use(async (ctx, next) => {
        (ctx as unknown as { session: unknown }).session = 'own';
        await next();
        seen.push((ctx as unknown as { session: unknown }).session);
      });
      const visitor = new Visitor(await start(koa.use(toKoa(appOf()))));
      await visitor.get('/set?v=1');
      expect(await visitor.text('/show')).to.equal('"1"');
      expect(seen).to.deep.equal(['own', 'own']);
    });
  });

  describe('of koa-session installed by the application', () => {
    async function stage(
      acts: Readonly<Record<string, Act>> = {},
      sessionOptions: CreateSessionOptions = {},
      ...middle: readonly Middleware[]
    ): Promise<{ server: KoaServer; store: CountingStore; visitor: Visitor; ctxSession: (ctx: Context) => Values }> {
      const store = new CountingStore();
      const koa = new Koa({ keys: ['secret'] });
      koa.use(
        createSession(
          {
            key: 'sid',
            store: {
              get: (id) => store.get(id),
              set: async (id, session: Record<string, unknown>) => store.set(id, session),
              destroy: (id) => store.delete(id),
            },
            ...sessionOptions,
          },
          koa,
        ),
      );
      for (const middleware of middle) koa.use(middleware);
      koa.use(async (ctx, next) => {
        if (ctx.path !== '/koa') return next();
        const session = sessionOf(ctx);
        session['views'] = Number(session['views'] ?? 0) + 1;
        ctx.body = JSON.parse(JSON.stringify(session)) as unknown;
      });
      const server = await start(koa.use(toKoa(appOf(acts))));
      return { server, store, visitor: new Visitor(server), ctxSession: sessionOf };
    }

    type Values = Record<string, unknown>;
    const sessionOf = (ctx: Context): Values => (ctx as unknown as { session: Values }).session;

    it('are found, as koa-session still keeps them where toKoa looks', async () => {
      const { visitor } = await stage();
      await visitor.get('/set?v=1');
      expect(visitor.cookies.has('sid')).to.equal(true);
      expect(visitor.cookies.has('verbena.sid')).to.equal(false);
    });

    it('share their values with the application, both ways', async () => {
      const { store, visitor } = await stage();
      expect(await (await visitor.get('/koa')).json()).to.deep.equal({ views: 1 });
      await visitor.get('/set?v=1');
      expect(await (await visitor.get('/look')).json()).to.have.members(['views', 'v']);
      expect(await (await visitor.get('/koa')).json()).to.deep.equal({ views: 2, v: '1' });
      expect(store.contents).to.deep.equal([{ views: 2, v: '1' }]);
    });

    it('have 50 parallel increments of one session give 50', async () => {
      const { store, visitor } = await stage();
      await visitor.get('/count');
      const texts = await Promise.all(Array.from({ length: 50 }, () => visitor.text('/count')));
      expect(texts.map(Number).toSorted((a, b) => a - b)).to.deep.equal(Array.from({ length: 50 }, (_, i) => i + 2));
      expect(store.contents).to.deep.equal([{ n: 51 }]);
    });

    it('keep what middleware has changed in them before the handler', async () => {
      for (const path of ['/set?v=1', '/show', '/look', '/plain', '/renew']) {
        const { store, visitor } = await stage({}, {}, async (ctx, next) => {
          sessionOf(ctx)['seen'] = Number(sessionOf(ctx)['seen'] ?? 0) + 1;
          await next();
        });
        for (let visit = 1; visit <= 3; visit += 1) {
          await visitor.get(path);
          expect(store.contents[0], `${path}, visit ${visit}`).to.have.property('seen', visit);
        }
        expect(store.contents).to.have.length(1);
      }
    });

    it('keep what another request has saved meanwhile, over what middleware has changed', async () => {
      const gate = new Gate();
      const { store, visitor } = await stage(
        {
          'required /long': async ({ session }) => {
            gate.reach();
            await gate.passed;
            session.set('long', 1);
          },
        },
        {},
        async (ctx, next) => {
          sessionOf(ctx)['seen'] = ctx.path;
          await next();
        },
      );
      await visitor.get('/set?v=before');
      const long = visitor.get('/long');
      await gate.reached;
      const set = visitor.get('/set?v=after');
      for (let others = 0; others < 5; others += 1) await visitor.get('/show');
      gate.open();
      await Promise.all([long, set]);
      expect(store.contents[0]).to.deep.include({ long: 1, v: 'after' });
    });

    it('keep what a later request saves while middleware still holds an earlier one up', async () => {
      const gate = new Gate();
      const { store, visitor } = await stage({}, {}, async (ctx, next) => {
        await next();
        if (ctx.query['held'] === undefined) return;
        gate.reach();
        await gate.passed;
      });
      await visitor.get('/count');
      const held = visitor.text('/count?held');
      await gate.reached;
      expect(await visitor.text('/count')).to.equal('3');
      gate.open();
      expect(await held).to.equal('2');
      expect(store.contents).to.deep.equal([{ n: 3 }]);
    });

    it('keep what middleware changes in them after the handler', async () => {
      const { store, visitor } = await stage({}, {}, async (ctx, next) => {
        await next();
        sessionOf(ctx)['after'] = Number(sessionOf(ctx)['after'] ?? 0) + 1;
      });
      await visitor.get('/set?v=1');
      await visitor.get('/set?v=2');
      expect(store.contents).to.deep.equal([{ v: '2', after: 2 }]);
    });

    it('show the application what the handler saved, in the same request', async () => {
      const seen: unknown[] = [];
      const { visitor } = await stage({}, {}, async (ctx, next) => {
        await next();
        seen.push(sessionOf(ctx)['v']);
      });
      await visitor.get('/set?v=1');
      await visitor.get('/set?v=2');
      expect(seen).to.deep.equal(['1', '2']);
    });

    it('are not saved by the handler after an error', async () => {
      const { store, visitor } = await stage();
      await visitor.get('/set?v=kept');
      expect((await visitor.get('/fail')).status).to.equal(500);
      expect(store.contents).to.deep.equal([{ v: 'kept' }]);
      expect((await visitor.get('/set?v=next')).status).to.equal(204);
    });

    it('can be regenerated and abandoned', async () => {
      const { store, visitor } = await stage();
      await visitor.get('/set?v=1');
      const old = visitor.cookies.get('sid');
      await visitor.get('/renew');
      expect(visitor.cookies.get('sid')).to.be.a('string').and.to.not.equal(old);
      expect([...store.texts.keys()]).to.deep.equal([visitor.cookies.get('sid')]);
      expect(store.contents).to.deep.equal([{ v: '1', renewed: true }]);
      await visitor.get('/leave');
      expect(store.texts.size).to.equal(0);
      expect(visitor.cookies.has('sid')).to.equal(false);
    });

    it('refuse a value by a name that koa-session keeps for itself, and say so', async () => {
      for (const name of ['isNew', 'maxAge', '_expire', 'save', '__proto__', 'constructor']) {
        const { server, store, visitor } = await stage({ 'required /bad': ({ session }) => session.set(name, 1) });
        expect((await visitor.get('/bad')).status).to.equal(500);
        expect(String(server.errors[0])).to.contain(`The session value "${name}" cannot be saved`);
        expect(store.texts.size).to.equal(0);
      }
    });

    it('may live in the cookie itself', async () => {
      const koa = new Koa({ keys: ['secret'] });
      koa.use(createSession({ key: 'sid' }, koa));
      const visitor = new Visitor(await start(koa.use(toKoa(appOf()))));
      await visitor.get('/set?v=1');
      expect(await visitor.text('/show')).to.equal('"1"');
      expect(await visitor.text('/count')).to.equal('1');
      expect(await visitor.text('/count')).to.equal('2');
      await visitor.get('/leave');
      expect(await visitor.text('/show')).to.equal('null');
    });

    it('do not disturb another Koa application with sessions of toKoa itself', async () => {
      const { visitor } = await stage();
      const other = new Visitor(await start(new Koa().use(toKoa(appOf()))));
      await Promise.all([visitor.get('/set?v=installed'), other.get('/set?v=own')]);
      expect([await visitor.text('/show'), await other.text('/show')]).to.deep.equal(['"installed"', '"own"']);
      expect([[...visitor.cookies.keys()], [...other.cookies.keys()]]).to.deep.equal([
        ['sid', 'sid.sig'],
        ['verbena.sid'],
      ]);
    });

    it('and a store given to toKoa are one too many: an error says so', async () => {
      const koa = new Koa({ keys: ['secret'] });
      koa.use(createSession({ key: 'sid' }, koa));
      const server = await start(koa.use(toKoa(appOf(), { session: { store: new CountingStore() } })));
      expect((await fetch(`${server.url}/set`)).status).to.equal(500);
      expect(String(server.errors[0])).to.contain('give the store to one of them');
      expect((await fetch(`${server.url}/plain`)).status).to.equal(200);
    });
  });
});
