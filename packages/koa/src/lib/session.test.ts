import { Visitor } from '@verbena/test-hosts';
import {
  type Act,
  CountingStore,
  describeOwnSessions,
  expectTurns,
  Gate,
  gatedApp,
  RefreshedSession,
  sessionApp,
} from '@verbena/test-hosts/sessions';
import { expect } from 'chai';
import Koa, { type Context, type Middleware } from 'koa';
import { createSession, type CreateSessionOptions } from 'koa-session';
import { type KoaServer, startKoa } from './koa-server.test-support.js';
import { toKoa } from './middleware.js';

describeOwnSessions('toKoa', (app, session) =>
  startKoa(new Koa().use(toKoa(app, session === undefined ? {} : { session }))),
);

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
    it('have a cookie that scripts and other sites do not see', async () => {
      const visitor = new Visitor(await start(new Koa().use(toKoa(sessionApp()))));
      const [line = ''] = (await visitor.get('/set')).headers.getSetCookie();
      expect(line).to.match(/^verbena\.sid=[-0-9a-f]{36}; path=\/; expires=[^;]+; samesite=lax; httponly$/i);
    });

    it('are signed where the application has keys to sign with', async () => {
      const store = new CountingStore();
      const koa = new Koa({ keys: ['secret'] });
      const visitor = new Visitor(await start(koa.use(toKoa(sessionApp(), { session: { store } }))));
      await visitor.get('/set?v=1');
      expect([...visitor.cookies.keys()]).to.deep.equal(['verbena.sid', 'verbena.sid.sig']);
      expect(await visitor.text('/show')).to.equal('"1"');
      visitor.cookies.set('verbena.sid.sig', 'forged');
      expect(await visitor.text('/show')).to.equal('null');
    });

    it('are kept in memory where no store is given, for each Koa application apart', async () => {
      const middleware = toKoa(sessionApp());
      const [one, two] = [await start(new Koa().use(middleware)), await start(new Koa().use(middleware))];
      const visitor = new Visitor(one);
      await visitor.get('/set?v=1');
      expect(await visitor.text('/show')).to.equal('"1"');
      const stranger = new Visitor(two);
      stranger.take(visitor);
      expect(await stranger.text('/show')).to.equal('null');
    });

    it('are one and the same for two applications mounted in one Koa application', async () => {
      const gate = new Gate();
      const store = new CountingStore();
      const koa = new Koa();
      koa.use(toKoa(gatedApp(gate), { session: { store } }));
      const visitor = new Visitor(await start(koa.use(toKoa(sessionApp(), { session: { store } }))));
      await expectTurns(visitor, '/gated', gate);
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
      const visitor = new Visitor(await start(koa.use(toKoa(sessionApp()))));
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
      const server = await start(koa.use(toKoa(sessionApp(acts))));
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

    it('can be looked at again by an answer that lasts, and are empty once they are over', async () => {
      const refreshed = new RefreshedSession();
      const { visitor, store } = await stage(refreshed.acts);
      expect(await refreshed.seenBy(visitor)).to.deep.equal(['first', 'second', null]);
      expect(store.contents).to.deep.equal([]);
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
      const visitor = new Visitor(await start(koa.use(toKoa(sessionApp()))));
      await visitor.get('/set?v=1');
      expect(await visitor.text('/show')).to.equal('"1"');
      expect(await visitor.text('/count')).to.equal('1');
      expect(await visitor.text('/count')).to.equal('2');
      await visitor.get('/leave');
      expect(await visitor.text('/show')).to.equal('null');
    });

    it('do not disturb another Koa application with sessions of toKoa itself', async () => {
      const { visitor } = await stage();
      const other = new Visitor(await start(new Koa().use(toKoa(sessionApp()))));
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
      const server = await start(koa.use(toKoa(sessionApp(), { session: { store: new CountingStore() } })));
      expect((await fetch(`${server.url}/set`)).status).to.equal(500);
      expect(String(server.errors[0])).to.contain('give the store to one of them');
      expect((await fetch(`${server.url}/plain`)).status).to.equal(200);
    });
  });
});
