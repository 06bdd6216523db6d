import { install as fakeTimers } from '@sinonjs/fake-timers';
import { createApp, defineHandler, type HandlerApp, type HttpContext } from '@verbena/core';
import { type LocalServer, Visitor } from '@verbena/test-hosts';
import { type Act, CountingStore, Gate, RefreshedSession, sessionApp } from '@verbena/test-hosts/sessions';
import { expect } from 'chai';
import express, { type Application, type Request, type RequestHandler } from 'express';
import session, { MemoryStore, type SessionData, type SessionOptions } from 'express-session';
import { callBack } from './callback.js';
import { startExpress } from './express-server.test-support.js';
import { toExpress } from './middleware.js';

type Values = Record<string, unknown>;

/** A store of express-session over one that counts. */
class ExpressStore extends session.Store {
  constructor(readonly inner: CountingStore) {
    super();
  }

  override get(id: string, callback: (error?: unknown, session?: SessionData | null) => void): void {
    void callBack(async () => (await this.inner.get(id)) as SessionData | undefined, callback);
  }

  override set(id: string, data: SessionData, callback: (error?: unknown) => void = () => {}): void {
    void callBack(() => this.inner.set(id, { ...data }), callback);
  }

  override destroy(id: string, callback: (error?: unknown) => void = () => {}): void {
    void callBack(() => this.inner.delete(id), callback);
  }
}

/** As {@link ExpressStore}, and sessions that were used last longer. */
class TouchedStore extends ExpressStore {
  readonly touched: string[] = [];

  override touch(id: string, _data: SessionData, done: () => void = () => {}): void {
    this.touched.push(id);
    setImmediate(done);
  }
}

describe('sessions of express-session installed by the application', () => {
  let servers: LocalServer[] = [];

  afterEach(async () => {
    for (const server of servers) await server.close();
    servers = [];
  });

  async function start(host: Application): Promise<LocalServer> {
    const server = await startExpress(host);
    servers.push(server);
    return server;
  }

  interface Stage {
    readonly store: CountingStore;
    readonly expressStore: ExpressStore;
    readonly visitor: Visitor;
    readonly errors: unknown[];
  }

  const install = (options: Partial<SessionOptions>): RequestHandler =>
    session({ name: 'sid', secret: 'secret', resave: false, saveUninitialized: false, ...options });

  async function stage(
    acts: Readonly<Record<string, Act>> = {},
    options: Partial<SessionOptions> = {},
    ...middle: readonly RequestHandler[]
  ): Promise<Stage> {
    const store = new CountingStore();
    const expressStore = new ExpressStore(store);
    const errors: unknown[] = [];
    const app = sessionApp(acts, (error) => {
      errors.push(error);
      // Of the end of the answer, when express-session would save, the store can do everything again.
      store.failing = undefined;
    });
    const visitor = new Visitor(await start(hostOf(app, { store: expressStore, ...options }, ...middle)));
    return { store, expressStore, visitor, errors };
  }

  function hostOf(
    app: HandlerApp,
    options: Partial<SessionOptions>,
    ...middle: readonly RequestHandler[]
  ): Application {
    const host = express().use(install(options));
    for (const middleware of middle) host.use(middleware);
    host.get('/express', (req, res) => {
      const values = req.session as unknown as Values;
      values['views'] = Number(values['views'] ?? 0) + 1;
      const { cookie: _cookie, ...own } = values;
      res.send(own);
    });
    return host.use(toExpress(app));
  }

  const valuesOf = (req: { readonly session: unknown }): Values => req.session as Values;

  /** With and without a time at which sessions run out: by that, express-session tells one saving from another. */
  const kinds = [
    ['that run out', { cookie: { maxAge: 60_000 } }],
    ['that last as long as the browser', {}],
    ['saved at each request', { resave: true, saveUninitialized: true }],
  ] as const;

  it('are used, and no others', async () => {
    const { visitor } = await stage();
    await visitor.get('/set?v=1');
    expect([...visitor.cookies.keys()]).to.deep.equal(['sid']);
    expect(await visitor.text('/show')).to.equal('"1"');
  });

  it('share their values with the application, both ways', async () => {
    const { store, visitor } = await stage();
    expect(await (await visitor.get('/express')).json()).to.deep.equal({ views: 1 });
    await visitor.get('/set?v=1');
    expect(await (await visitor.get('/look')).json()).to.have.members(['views', 'v']);
    expect(await (await visitor.get('/express')).json()).to.deep.equal({ views: 2, v: '1' });
    expect(store.contents).to.deep.equal([{ views: 2, v: '1' }]);
  });

  it('can be looked at again by an answer that lasts, and are empty once they are over', async () => {
    const refreshed = new RefreshedSession();
    const { visitor, store } = await stage(refreshed.acts);
    expect(await refreshed.seenBy(visitor)).to.deep.equal(['first', 'second', null]);
    expect(store.contents).to.deep.equal([]);
  });

  for (const [kind, options] of kinds) {
    describe(kind, () => {
      it('have 50 parallel increments of one session give 50', async () => {
        const { store, visitor } = await stage({}, options);
        await visitor.get('/count');
        const texts = await Promise.all(Array.from({ length: 50 }, () => visitor.text('/count')));
        expect(texts.map(Number).toSorted((a, b) => a - b)).to.deep.equal(Array.from({ length: 50 }, (_, i) => i + 2));
        expect(store.contents).to.deep.equal([{ n: 51 }]);
      });

      it('keep what middleware has changed in them before the handler', async () => {
        for (const path of ['/set?v=1', '/show', '/look', '/plain', '/renew']) {
          const { store, visitor } = await stage({}, options, (req, _res, next) => {
            valuesOf(req)['seen'] = Number(valuesOf(req)['seen'] ?? 0) + 1;
            next();
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
            'required /wait': async (context) => {
              gate.reach();
              await gate.passed;
              context.session.set('long', 1);
            },
          },
          options,
          (req, _res, next) => {
            valuesOf(req)['seen'] = req.path;
            next();
          },
        );
        await visitor.get('/set?v=before');
        const long = visitor.get('/wait');
        await gate.reached;
        const set = visitor.get('/set?v=after');
        for (let others = 0; others < 5; others += 1) await visitor.get('/plain');
        gate.open();
        await Promise.all([long, set]);
        expect(store.contents[0]).to.deep.include({ long: 1, v: 'after' });
      });

      it('keep what a later request saves while an earlier one still streams', async () => {
        const gate = new Gate();
        const { store, visitor } = await stage(
          {
            'required /stream': async ({ session: own, response }) => {
              own.set('n', Number(own.get('n') ?? 0) + 1);
              await own.release();
              response.write('x');
              await response.flush();
              gate.reach();
              await gate.passed;
            },
          },
          options,
        );
        await visitor.get('/count');
        const streamed = await visitor.get('/stream');
        await gate.reached;
        expect(await visitor.text('/count')).to.equal('3');
        gate.open();
        expect(await streamed.text()).to.equal('x');
        expect(store.contents).to.deep.equal([{ n: 3 }]);
      });

      it('keep what a later request saves while one that was given another identity still streams', async () => {
        const gate = new Gate();
        const { store, visitor } = await stage(
          {
            'required /stream': async ({ session: own, response }) => {
              await own.regenerate();
              await own.release();
              response.write('x');
              await response.flush();
              gate.reach();
              await gate.passed;
            },
          },
          options,
        );
        await visitor.get('/count');
        const streamed = await visitor.get('/stream');
        await gate.reached;
        expect(await visitor.text('/count')).to.equal('2');
        gate.open();
        await streamed.text();
        expect(store.contents).to.deep.equal([{ n: 2 }]);
      });

      it('keep what others do with them while a readonly handler runs', async () => {
        for (const [path, kept] of [
          ['/set?v=2', [{ v: '2' }]],
          ['/leave', []],
        ] as const) {
          const gate = new Gate();
          const reading: Act = async () => {
            gate.reach();
            await gate.passed;
          };
          const { store, visitor } = await stage({ 'readonly /read': reading }, options);
          await visitor.get('/set?v=1');
          const read = visitor.get('/read');
          await gate.reached;
          await visitor.get(path);
          gate.open();
          await read;
          expect(store.contents, path).to.deep.equal(kept);
        }
      });

      it('are saved once by a handler that changes them, and by none that does not', async () => {
        const { store, visitor } = await stage({}, options);
        await visitor.get('/set?v=1');
        store.calls.length = 0;
        await visitor.get('/set?v=2');
        expect(store.calls.filter((call) => call === 'set')).to.deep.equal(['set']);
        store.calls.length = 0;
        await visitor.get('/look');
        expect(store.calls).to.deep.equal(['get', 'get']);
      });

      it('that were destroyed while a request waited begin anew, under another identity', async () => {
        const gate = new Gate();
        const { store, visitor } = await stage(
          {
            'required /leave-late': async (context) => {
              gate.reach();
              await gate.passed;
              await context.session.abandon();
            },
            'required /start': (context) => {
              const { isNew } = context.session;
              const keys = context.session.keys();
              context.session.set('v', 'new');
              return { isNew, keys };
            },
          },
          options,
        );
        await visitor.get('/set?v=secret');
        const [old = ''] = store.texts.keys();
        const leaving = visitor.get('/leave-late');
        await gate.reached;
        const starting = visitor.get('/start');
        for (let others = 0; others < 5; others += 1) await visitor.get('/express');
        gate.open();
        await leaving;
        expect(await (await starting).json()).to.deep.equal({ isNew: true, keys: [] });
        expect(visitor.cookies.get('sid')).to.be.a('string').and.not.contain(old);
        expect(store.texts.has(old)).to.equal(false);
        expect(store.contents).to.deep.equal([{ v: 'new' }]);
      });
    });
  }

  describe('changed by another request between being loaded and the turn of the handler', () => {
    /** Middleware that marks the session by a name, and holds requests up that say so, after they have loaded it. */
    function hold(gate: Gate): RequestHandler {
      return async (req, _res, next) => {
        const { mark, held } = req.query;
        if (typeof mark === 'string') valuesOf(req)[mark] = true;
        if (held !== undefined) {
          gate.reach();
          await gate.passed;
        }
        next();
      };
    }

    for (const [what, held, other, kept] of [
      ['a handler', '/count?held', '/count', { n: 3 }],
      ['middleware before a handler', '/look?mark=one&held', '/look?mark=two', { n: 1, two: true }],
      ['the application', '/look?mark=one&held', '/express', { n: 1, views: 1 }],
    ] as const) {
      it(`keep what ${what} has changed there`, async () => {
        const clock = fakeTimers({ toFake: ['Date'] });
        try {
          const gate = new Gate();
          const { store, visitor } = await stage({}, { cookie: { maxAge: 60_000 } }, hold(gate));
          await visitor.get('/count');
          const first = visitor.get(held);
          await gate.reached;
          clock.tick(10);
          await visitor.get(other);
          gate.open();
          await first;
          expect(store.contents).to.deep.equal([kept]);
        } finally {
          clock.uninstall();
        }
      });
    }

    it('begin anew where that has destroyed them', async () => {
      const gate = new Gate();
      const { store, visitor } = await stage({}, {}, hold(gate));
      await visitor.get('/set?v=1');
      const [old = ''] = store.texts.keys();
      const setting = visitor.get('/set?v=2&held');
      await gate.reached;
      await visitor.get('/leave');
      gate.open();
      await setting;
      expect(store.contents).to.deep.equal([{ v: '2' }]);
      expect(store.texts.has(old)).to.equal(false);
    });
  });

  it('keep what is changed late in a stream', async () => {
    const { store, visitor, errors } = await stage();
    await visitor.get('/set?v=early');
    expect(await visitor.text('/late')).to.equal('x');
    expect(store.contents).to.deep.equal([{ v: 'late' }]);
    expect(errors).to.deep.equal([]);
  });

  it('are read without waiting by a readonly handler', async () => {
    const gate = new Gate();
    const { store, visitor } = await stage({
      'required /long': async () => {
        gate.reach();
        await gate.passed;
      },
    });
    await visitor.get('/set?v=1');
    const long = visitor.get('/long');
    await gate.reached;
    store.calls.length = 0;
    expect(await visitor.text('/show')).to.equal('"1"');
    expect(store.calls).to.deep.equal(['get', 'get']);
    gate.open();
    await long;
  });

  it('show the application what the handler saved, in the same request', async () => {
    const seen: unknown[] = [];
    const { visitor } = await stage({}, {}, (req, res, next) => {
      res.once('finish', () => seen.push(valuesOf(req)['v']));
      next();
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
    const [before, now] = (await (await visitor.get('/renew')).json()) as string[];
    expect(visitor.cookies.get('sid')).to.contain(now).and.to.not.equal(old);
    expect(old).to.contain(before);
    expect([...store.texts.keys()]).to.deep.equal([now]);
    expect(store.contents).to.deep.equal([{ v: '1', renewed: true }]);
    await visitor.get('/leave');
    expect(store.texts.size).to.equal(0);
    expect(visitor.cookies.has('sid')).to.equal(false);
  });

  for (const [cookie, attributes] of [
    [{}, ['Path=/', 'HttpOnly']],
    [
      { domain: 'localhost', path: '/', httpOnly: false, sameSite: 'strict' },
      ['Domain=localhost', 'Path=/', 'SameSite=Strict'],
    ],
  ] as const) {
    it(`have their cookie withdrawn as it was sent: ${attributes.join()}`, async () => {
      const { visitor } = await stage({}, { cookie });
      await visitor.get('/set?v=1');
      const [line = ''] = (await visitor.get('/leave')).headers.getSetCookie();
      const [value, ...sent] = line.split('; ');
      expect(value).to.equal('sid=');
      expect(sent.filter((attribute) => !attribute.startsWith('Expires='))).to.have.members(attributes);
    });
  }

  it('can be abandoned after the first flush, when the cookie can no longer be withdrawn', async () => {
    const { store, visitor, errors } = await stage({
      'required /leave-late': async (context) => {
        context.response.write('bye');
        await context.response.flush();
        await context.session.abandon();
      },
    });
    await visitor.get('/set?v=1');
    expect(await visitor.text('/leave-late')).to.equal('bye');
    expect(store.texts.size).to.equal(0);
    expect(errors).to.deep.equal([]);
    expect(await visitor.text('/show')).to.equal('null');
  });

  const losses: Readonly<Record<string, (req: Request, next: (error?: unknown) => void) => void>> = {
    destroyed: (req, next) => void req.session.destroy(next),
    dropped(req, next) {
      Object.assign(req, { session: null });
      next();
    },
  };

  for (const [how, lose] of Object.entries(losses)) {
    it(`begin anew where middleware has ${how} them`, async () => {
      const { store, visitor } = await stage({}, {}, (req, _res, next) => {
        if (req.query['lost'] === undefined) next();
        else lose(req, next);
      });
      await visitor.get('/set?v=1');
      const old = visitor.cookies.get('sid');
      expect(await visitor.text('/look?lost')).to.equal('[]');
      await visitor.get('/set?v=2&lost');
      expect(visitor.cookies.get('sid')).to.not.equal(old);
      expect(store.contents).to.deep.include({ v: '2' });
    });
  }

  for (const [call, path] of [
    ['set', '/set'],
    ['set', '/renew'],
    ['delete', '/renew'],
    ['delete', '/leave'],
  ] as const) {
    it(`give ${path} 500 when the store fails in ${call}(), report it once, and stay as they were`, async () => {
      const { store, visitor, errors } = await stage();
      await visitor.get('/set?v=1');
      const [id = ''] = store.texts.keys();
      store.failing = call;
      const response = await visitor.get(`${path}?v=lost`);
      expect(response.status).to.equal(500);
      expect(await response.text()).to.not.contain('down');
      expect(errors.map(String)).to.deep.equal(['Error: store is down']);
      // The old identity is gone by then, as it must be.
      if (`${call} ${path}` === 'set /renew') return;
      expect(store.contents).to.deep.equal([{ v: '1' }]);
      expect(visitor.cookies.get('sid')).to.contain(id);
      expect((await visitor.get('/set?v=2')).status).to.equal(204);
    });
  }

  for (const [how, canTouch, resave] of [
    ['by the store, where that can', true, false],
    ['by the store, where that can, though the application has all saved again', true, true],
    ['by being saved, where the store cannot', false, false],
  ] as const) {
    it(`last longer when a required handler uses them in the second half of their time, ${how}`, async () => {
      const store = new CountingStore();
      const expressStore = canTouch ? new TouchedStore(store) : new ExpressStore(store);
      const clock = fakeTimers({ toFake: ['Date'] });
      try {
        const options = { store: expressStore, resave, cookie: { maxAge: 60_000 } };
        const visitor = new Visitor(await start(hostOf(sessionApp(), options)));
        await visitor.get('/set?v=1');
        clock.tick(31_000);
        store.calls.length = 0;
        await visitor.get('/look');
        expect(store.calls).to.deep.equal(canTouch ? ['get', 'get'] : ['get', 'get', 'set']);
        if (expressStore instanceof TouchedStore) expect(expressStore.touched).to.deep.equal([...store.texts.keys()]);
        const [text = ''] = store.texts.values();
        const { expires } = (JSON.parse(text) as SessionData).cookie;
        expect(new Date(expires ?? 0).getTime() - Date.now()).to.equal(canTouch ? 29_000 : 60_000);
      } finally {
        clock.uninstall();
      }
    });
  }

  it('refuse a value by a name that express-session keeps for itself, and say so', async () => {
    for (const name of ['cookie', 'id', 'req', 'save', 'touch', '__proto__', 'constructor']) {
      const { store, visitor, errors } = await stage({ 'required /bad': (context) => context.session.set(name, 1) });
      expect((await visitor.get('/bad')).status, name).to.equal(500);
      expect(String(errors[0])).to.contain(`The session value "${name}" cannot be saved`);
      expect(store.texts.size).to.equal(0);
    }
  });

  it('work in the memory of express-session', async () => {
    const { visitor } = await stage({}, { store: new MemoryStore() });
    await visitor.get('/count');
    await Promise.all(Array.from({ length: 20 }, () => visitor.get('/count')));
    expect(await visitor.text('/count')).to.equal('22');
  });

  it('and a store given to toExpress are one too many: an error says so', async () => {
    const errors: unknown[] = [];
    const app = sessionApp({}, (error) => errors.push(error));
    const host = express().use(install({}), toExpress(app, { session: { store: new CountingStore() } }));
    const { url } = await start(host);
    expect((await fetch(`${url}/set`)).status).to.equal(500);
    expect(String(errors[0])).to.contain('give the store to one of them');
    expect((await fetch(`${url}/plain`)).status).to.equal(200);
  });

  it('count before what createApp was given', async () => {
    const said = new CountingStore();
    const set = defineHandler({ path: '/set', session: 'required' }, (context: HttpContext) =>
      context.session.set('v', 1),
    );
    const app = createApp({ handlers: [set], session: { store: said } });
    const visitor = new Visitor(await start(hostOf(app, {})));
    await visitor.get('/set');
    expect([...visitor.cookies.keys()]).to.deep.equal(['sid']);
    expect(said.calls).to.deep.equal([]);
  });
});
