import { callbackify } from 'node:util';
import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import { install } from '@sinonjs/fake-timers';
import { createApp, defineHandler, type HttpContext } from '@verbena/core';
import { ask, Visitor } from '@verbena/test-hosts';
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
import type { FastifyInstance, FastifyRequest, FastifyServerOptions } from 'fastify';
import { LoggedFastify } from './fastify-server.test-support.js';
import { type FastifyAdapterOptions, toFastify } from './plugin.js';

describeOwnSessions('toFastify', async (app, session) => {
  const logged = new LoggedFastify();
  await logged.fastify.register(toFastify(app, session === undefined ? {} : { session }));
  return logged.start();
});

describe('sessions under Fastify', () => {
  let servers: LoggedFastify[] = [];

  afterEach(async () => {
    for (const { fastify } of servers) await fastify.close();
    servers = [];
  });

  /** An application that is closed after the test. */
  function make(options: FastifyServerOptions = {}): LoggedFastify {
    const logged = new LoggedFastify(options);
    servers.push(logged);
    return logged;
  }

  describe('of toFastify itself', () => {
    async function stage(
      acts: Readonly<Record<string, Act>> = {},
      options: FastifyAdapterOptions['session'] = {},
    ): Promise<{ logged: LoggedFastify; store: CountingStore; visitor: Visitor }> {
      const store = new CountingStore();
      const logged = make();
      await logged.fastify.register(toFastify(sessionApp(acts), { session: { store, ...options } }));
      return { logged, store, visitor: new Visitor(await logged.start()) };
    }

    it('have a cookie that scripts and other sites do not see', async () => {
      const { visitor } = await stage();
      const [line = ''] = (await visitor.get('/set')).headers.getSetCookie();
      expect(line).to.match(/^verbena\.sid=[-0-9a-f]{36}; path=\/; expires=[^;]+; httponly; samesite=lax$/i);
    });

    it('have a cookie for TLS alone where the client came over TLS, or where that is wanted', async () => {
      for (const [trustProxy, secure, expected] of [
        [true, undefined, true],
        [false, undefined, false],
        [false, true, true],
        [true, false, false],
      ] as const) {
        const logged = make({ trustProxy });
        await logged.fastify.register(toFastify(sessionApp(), { session: secure === undefined ? {} : { secure } }));
        const running = await logged.start();
        const { message } = await ask(running, { path: '/set', headers: { 'x-forwarded-proto': 'https' } });
        const [line = ''] = message.headers['set-cookie'] ?? [];
        expect(line.includes('; Secure'), `${trustProxy} ${secure}`).to.equal(expected);
      }
    });

    it('are signed where there is a secret, and then not believed otherwise', async () => {
      const secret = 'a text of at least thirty-two letters';
      const { store, visitor } = await stage({}, { secret });
      await visitor.get('/set?v=1');
      const signed = visitor.cookies.get('verbena.sid') ?? '';
      const [id = ''] = store.texts.keys();
      expect(decodeURIComponent(signed)).to.match(new RegExp(`^${id}\\..{40,}$`));
      expect(await visitor.text('/show')).to.equal('"1"');
      // Other cookies of an application may be signed with the same secret.
      store.texts.set('user:1', '{"values":{"v":"of another kind"}}');
      const foreign = encodeURIComponent(fastifyCookie.sign('user:1', secret));
      for (const forged of [id, `${signed}x`, `${id}.x`, foreign]) {
        visitor.cookies.set('verbena.sid', forged);
        expect(await visitor.text('/show'), forged).to.equal('null');
      }
    });

    it('are signed with the first of several secrets, and believed with each', async () => {
      const [old, young] = ['the first secret of at least 32 letters', 'the second secret, which is as long'];
      const { store, visitor } = await stage({}, { secret: [old] });
      await visitor.get('/set?v=1');
      const logged = make();
      await logged.fastify.register(toFastify(sessionApp(), { session: { store, secret: [young, old] } }));
      const later = new Visitor(await logged.start());
      later.take(visitor);
      expect(await later.text('/show')).to.equal('"1"');
    });

    it('refuse a secret that is too short, when the plugin is registered', async () => {
      const { fastify } = make();
      const refused = await fastify
        .register(toFastify(sessionApp(), { session: { secret: 'short' } }))
        .then(() => undefined, String);
      expect(refused).to.contain('32');
    });

    it('are never stored without their values when regenerated, and have one cookie', async () => {
      const { store, visitor } = await stage();
      await visitor.get('/set?v=1');
      store.calls.length = 0;
      const response = await visitor.get('/renew');
      // Stored with its values under the new identity, and again with what the handler set after.
      expect(store.calls).to.deep.equal(['get', 'delete', 'set', 'set']);
      expect(response.headers.getSetCookie()).to.have.length(1);
    });

    it('last from when they are saved, however long the handler took', async () => {
      const clock = install({ toFake: ['Date'] });
      try {
        const act: Act = ({ session }) => {
          clock.tick(30_000);
          session.set('v', 1);
        };
        const { visitor } = await stage({ 'required /slow': act }, { maxAgeMs: 60_000 });
        const [line = ''] = (await visitor.get('/slow')).headers.getSetCookie();
        expect(line).to.contain(`Expires=${new Date(Date.now() + 60_000).toUTCString()}`);
        clock.tick(59_000);
        expect(await visitor.text('/show')).to.equal('1');
      } finally {
        clock.uninstall();
      }
    });

    it('are read from records that do not say when they were saved, as other hosts may keep them', async () => {
      const { store, visitor } = await stage();
      const id = crypto.randomUUID();
      store.texts.set(id, '{"values":{"v":"of another host"}}');
      visitor.cookies.set('verbena.sid', id);
      expect(await visitor.text('/show')).to.equal('"of another host"');
    });

    it('are over when their time is, also in a store that keeps them longer', async () => {
      const clock = install({ toFake: ['Date'] });
      try {
        const { store, visitor } = await stage({}, { maxAgeMs: 60_000 });
        await visitor.get('/set?v=1');
        store.calls.length = 0;
        clock.tick(60_000);
        expect(await visitor.text('/show')).to.equal('null');
        expect(store.calls).to.deep.equal(['get']);
      } finally {
        clock.uninstall();
      }
    });

    it('are there for a request whose target is absolute', async () => {
      const logged = make();
      await logged.fastify.register(toFastify(sessionApp()));
      const running = await logged.start();
      const set = await ask(running, { path: 'http://example.org/set?v=1' });
      const [line = ''] = set.message.headers['set-cookie'] ?? [];
      const cookie = line.slice(0, line.indexOf(';'));
      expect((await ask(running, { path: 'http://example.org/show', headers: { cookie } })).text).to.equal('"1"');
    });

    it('are the same that app.fetch has in the same store', async () => {
      const store = new CountingStore();
      const set = defineHandler({ path: '/set', session: 'required' }, ({ session }: HttpContext) =>
        session.set('v', 'of app.fetch'),
      );
      const response = await createApp({ handlers: [set], session: { store } }).fetch(new Request('http://x/set'));
      const { visitor } = await stage({}, { store });
      const [, value = ''] = /^verbena\.sid=([^;]+)/.exec(response.headers.getSetCookie()[0] ?? '') ?? [];
      visitor.cookies.set('verbena.sid', value);
      expect(await visitor.text('/show')).to.equal('"of app.fetch"');
    });

    it('are kept in memory where no store is given, for each Fastify application apart', async () => {
      const plugin = toFastify(sessionApp());
      const [one, two] = [make(), make()];
      for (const { fastify } of [one, two]) await fastify.register(plugin);
      const visitor = new Visitor(await one.start());
      await visitor.get('/set?v=1');
      expect(await visitor.text('/show')).to.equal('"1"');
      const stranger = new Visitor(await two.start());
      stranger.take(visitor);
      expect(await stranger.text('/show')).to.equal('null');
    });

    it('are one and the same for two plugins of one Fastify application', async () => {
      const gate = new Gate();
      const logged = make();
      await logged.fastify.register(toFastify(gatedApp(gate)), { prefix: '/other' });
      await logged.fastify.register(toFastify(sessionApp()));
      const visitor = new Visitor(await logged.start());
      await expectTurns(visitor, '/other/gated', gate);
    });

    it('leave alone whatever else the application calls request.session', async () => {
      const seen: unknown[] = [];
      const logged = make();
      logged.fastify.decorateRequest('session', 'own' as never);
      logged.fastify.addHook('onSend', async (request) => void seen.push(request.session));
      await logged.fastify.register(toFastify(sessionApp()));
      const visitor = new Visitor(await logged.start());
      await visitor.get('/set?v=1');
      expect(await visitor.text('/show')).to.equal('"1"');
      expect(seen).to.deep.equal(['own', 'own']);
    });

    it('get along with @fastify/cookie of the application', async () => {
      const logged = make();
      await logged.fastify.register(fastifyCookie);
      logged.fastify.addHook('onRequest', async (_request, reply) => void reply.setCookie('before', '1'));
      await logged.fastify.register(toFastify(sessionApp()));
      const visitor = new Visitor(await logged.start());
      await visitor.get('/set?v=1');
      expect([...visitor.cookies.keys()]).to.have.members(['before', 'verbena.sid']);
      expect(await visitor.text('/show')).to.equal('"1"');
    });
  });

  describe('of @fastify/session registered by the application', () => {
    const secret = 'a text of at least thirty-two letters';

    type Values = Record<string, unknown>;
    const sessionOf = (request: FastifyRequest): Values => request.session as unknown as Values;

    async function stage(
      acts: Readonly<Record<string, Act>> = {},
      options: Partial<fastifySession.FastifySessionOptions> = {},
      addHooks: (fastify: FastifyInstance) => void = () => {},
    ): Promise<{ logged: LoggedFastify; store: CountingStore; visitor: Visitor }> {
      const store = new CountingStore();
      const logged = make();
      const { fastify } = logged;
      // Before those of @fastify/session, which saves by one of its own.
      addHooks(fastify);
      await fastify.register(fastifyCookie);
      await fastify.register(fastifySession, {
        secret,
        cookieName: 'sid',
        cookie: { secure: false, maxAge: 60_000 },
        store: {
          get: callbackify((id: string) => store.get(id) as Promise<never>),
          set: callbackify((id: string, session: object) => store.set(id, session)),
          destroy: callbackify((id: string) => store.delete(id)),
        },
        ...options,
      });
      fastify.get('/fastify', async (request) => {
        const session = sessionOf(request);
        session['views'] = Number(session['views'] ?? 0) + 1;
        const { cookie: _, ...values } = session;
        return values;
      });
      await fastify.register(toFastify(sessionApp(acts)));
      return { logged, store, visitor: new Visitor(await logged.start()) };
    }

    /** By default, and as users who want to save storage set it. */
    const SETTINGS = [{}, { rolling: false, saveUninitialized: false }] as const;

    it('are found, and ours then not used', async () => {
      const { visitor } = await stage();
      await visitor.get('/set?v=1');
      expect([...visitor.cookies.keys()]).to.deep.equal(['sid']);
    });

    it('can be looked at again by an answer that lasts, and are empty once they are over', async () => {
      const refreshed = new RefreshedSession();
      const { visitor, store } = await stage(refreshed.acts, { saveUninitialized: false });
      expect(await refreshed.seenBy(visitor)).to.deep.equal(['first', 'second', null]);
      expect(store.contents).to.deep.equal([]);
    });

    for (const settings of SETTINGS) {
      describe(`with the settings ${JSON.stringify(settings)}`, () => {
        it('share their values with the application, both ways', async () => {
          const { store, visitor } = await stage({}, settings);
          expect(await (await visitor.get('/fastify')).json()).to.deep.equal({ views: 1 });
          await visitor.get('/set?v=1');
          expect(await (await visitor.get('/look')).json()).to.have.members(['views', 'v']);
          expect(await (await visitor.get('/fastify')).json()).to.deep.equal({ views: 2, v: '1' });
          expect(store.contents).to.deep.equal([{ views: 2, v: '1' }]);
        });

        it('have 50 parallel increments of one session give 50', async () => {
          const { store, visitor } = await stage({}, settings);
          await visitor.get('/count');
          const texts = await Promise.all(Array.from({ length: 50 }, () => visitor.text('/count')));
          expect(texts.map(Number).toSorted((a, b) => a - b)).to.deep.equal(
            Array.from({ length: 50 }, (_, i) => i + 2),
          );
          expect(store.contents).to.deep.equal([{ n: 51 }]);
        });

        it('keep what hooks have changed in them before the handler', async () => {
          for (const path of ['/set?v=1', '/show', '/look', '/plain', '/renew']) {
            const { store, visitor } = await stage({}, settings, (fastify) => {
              fastify.addHook('preHandler', async (request) => {
                sessionOf(request)['seen'] = Number(sessionOf(request)['seen'] ?? 0) + 1;
              });
            });
            for (let visit = 1; visit <= 3; visit += 1) {
              await visitor.get(path);
              expect(store.contents[0], `${path}, visit ${visit}`).to.have.property('seen', visit);
            }
            expect(store.contents).to.have.length(1);
          }
        });

        it('keep what another request has saved meanwhile, over what hooks have changed', async () => {
          const gate = new Gate();
          const { store, visitor } = await stage(
            {
              'required /long': async ({ session }) => {
                gate.reach();
                await gate.passed;
                session.set('long', 1);
              },
            },
            settings,
            (fastify) => {
              fastify.addHook('preHandler', async (request) => {
                if (request.url.startsWith('/s')) sessionOf(request)['seen'] = request.url;
              });
            },
          );
          await visitor.get('/set?v=before');
          const long = visitor.get('/long');
          await gate.reached;
          const set = visitor.get('/set?v=after');
          for (let others = 0; others < 5; others += 1) await visitor.get('/plain');
          gate.open();
          await Promise.all([long, set]);
          expect(store.contents[0]).to.deep.include({ long: 1, v: 'after' });
        });

        it('keep what a later request saves while a hook still holds an earlier one up', async () => {
          for (const path of ['/count', '/show', '/look']) {
            const gate = new Gate();
            const { store, visitor } = await stage({}, settings, (fastify) => {
              fastify.addHook('preHandler', async (request) => {
                if (request.url.includes('held')) sessionOf(request)['seen'] = 1;
              });
              fastify.addHook('onSend', async ({ url }) => {
                if (!url.includes('held')) return;
                gate.reach();
                await gate.passed;
              });
            });
            await visitor.get('/count');
            const held = visitor.text(`${path}?held`);
            await gate.reached;
            expect(await visitor.text('/count')).to.equal(path === '/count' ? '3' : '2');
            gate.open();
            await held;
            expect(store.contents, path).to.deep.equal([{ n: path === '/count' ? 3 : 2, seen: 1 }]);
          }
        });

        it('show the application what the handler saved, in the same request', async () => {
          const seen: unknown[] = [];
          const { visitor } = await stage({}, settings, (fastify) => {
            fastify.addHook('onSend', async (request) => void seen.push(sessionOf(request)['v']));
          });
          await visitor.get('/set?v=1');
          await visitor.get('/set?v=2');
          expect(seen).to.deep.equal(['1', '2']);
        });

        it('are not saved by the handler after an error', async () => {
          const { store, visitor } = await stage({}, settings);
          await visitor.get('/set?v=kept');
          expect((await visitor.get('/fail')).status).to.equal(500);
          expect(store.contents).to.deep.equal([{ v: 'kept' }]);
          expect((await visitor.get('/set?v=next')).status).to.equal(204);
        });

        it('can be regenerated and abandoned', async () => {
          const { store, visitor } = await stage({}, settings);
          await visitor.get('/set?v=1');
          const old = visitor.cookies.get('sid');
          const [, now = ''] = (await (await visitor.get('/renew')).json()) as string[];
          expect(visitor.cookies.get('sid')).to.be.a('string').and.to.not.equal(old);
          expect([...store.texts.keys()]).to.deep.equal([now]);
          expect(store.contents).to.deep.equal([{ v: '1', renewed: true }]);
          await visitor.get('/leave');
          expect(store.texts.size).to.equal(0);
          expect(visitor.cookies.has('sid')).to.equal(false);
        });

        it('keep late changes of a stream', async () => {
          const { logged, store, visitor } = await stage({}, settings);
          await visitor.get('/set?v=early');
          expect(await visitor.text('/late')).to.equal('x');
          expect(store.contents).to.deep.equal([{ v: 'late' }]);
          expect(logged.errors).to.deep.equal([]);
        });
      });
    }

    it('last longer by every use where the application has them roll, and only there', async () => {
      for (const rolling of [true, false]) {
        for (const path of ['/show', '/look']) {
          const clock = install({ toFake: ['Date'] });
          try {
            const { visitor } = await stage({}, { rolling });
            await visitor.get('/set?v=1');
            for (let visit = 0; visit < 3; visit += 1) {
              clock.tick(40_000);
              await visitor.get(path);
            }
            expect(await visitor.text('/show'), `${path} ${rolling}`).to.equal(rolling ? '"1"' : 'null');
          } finally {
            clock.uninstall();
          }
        }
      }
    });

    it('are stored when they are new and empty where the application wants that, and only there', async () => {
      for (const saveUninitialized of [true, false]) {
        for (const path of ['/show', '/look']) {
          const { store, visitor } = await stage({}, { saveUninitialized });
          await visitor.get(path);
          expect(store.contents, path).to.deep.equal(saveUninitialized ? [{}] : []);
          expect(visitor.cookies.size, path).to.equal(saveUninitialized ? 1 : 0);
        }
      }
    });

    it('refuse a value by a name that @fastify/session keeps for itself, and say so', async () => {
      for (const name of ['cookie', 'sessionId', 'save', 'touch', '__proto__', 'constructor']) {
        const { logged, visitor } = await stage({ 'required /bad': ({ session }) => session.set(name, 1) });
        expect((await visitor.get('/bad')).status).to.equal(500);
        expect(logged.errors[0]).to.contain(`The session value "${name}" cannot be saved`);
      }
    });

    it('are found behind a prefix of the cookie', async () => {
      const { visitor } = await stage({}, { cookiePrefix: 's:' });
      await visitor.get('/set?v=1');
      expect(await visitor.text('/count')).to.equal('1');
      expect(await visitor.text('/count')).to.equal('2');
      await visitor.get('/leave');
      expect(visitor.cookies.size).to.equal(0);
    });

    it('are an error that says what to do where their cookie does not go', async () => {
      const { logged, visitor } = await stage({}, { cookie: { secure: false, path: '/elsewhere' } });
      expect((await visitor.get('/set?v=1')).status).to.equal(500);
      expect(logged.errors[0]).to.contain('its cookie must have a path that holds this one');
      expect((await visitor.get('/plain')).status).to.equal(200);
    });

    it('and a store given to toFastify are one too many: an error says so', async () => {
      const logged = make();
      await logged.fastify.register(fastifyCookie);
      await logged.fastify.register(fastifySession, { secret });
      await logged.fastify.register(toFastify(sessionApp(), { session: { store: new CountingStore() } }));
      const { url } = await logged.start();
      expect((await fetch(`${url}/set`)).status).to.equal(500);
      expect(logged.errors[0]).to.contain('give the store to one of them');
      expect((await fetch(`${url}/plain`)).status).to.equal(200);
    });
  });
});
