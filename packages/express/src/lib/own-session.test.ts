import { createHmac } from 'node:crypto';
import { type LocalServer, Visitor } from '@verbena/test-hosts';
import {
  type Act,
  CountingStore,
  describeOwnSessions,
  expectTurns,
  Gate,
  gatedApp,
  sessionApp,
} from '@verbena/test-hosts/sessions';
import { expect } from 'chai';
import express, { type Application, type ErrorRequestHandler } from 'express';
import { startExpress } from './express-server.test-support.js';
import { type ExpressAdapterOptions, toExpress } from './middleware.js';
import type { ExpressNative } from './request.js';

describeOwnSessions('toExpress', (app, session) => startExpress(express().use(toExpress(app, { session }))));

describe('sessions of toExpress itself', () => {
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

  it('have a cookie that scripts and other sites do not see', async () => {
    const { visitor } = await stage();
    const [line = ''] = (await visitor.get('/set')).headers.getSetCookie();
    expect(line).to.match(/^verbena\.sid=s%3A[-0-9a-f]{36}\.[^;]+; path=\/; expires=[^;]+; httponly; samesite=lax$/i);
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

  it('are kept in memory where no store is given, for each Express application apart', async () => {
    const middleware = toExpress(sessionApp());
    const [one, two] = [await start(express().use(middleware)), await start(express().use(middleware))];
    const visitor = new Visitor(one);
    await visitor.get('/set?v=1');
    expect(await visitor.text('/show')).to.equal('"1"');
    const stranger = new Visitor(two);
    stranger.take(visitor);
    expect(await stranger.text('/show')).to.equal('null');
  });

  it('are one and the same for two applications mounted in one Express application', async () => {
    const gate = new Gate();
    const store = new CountingStore();
    const host = express();
    host.use(toExpress(gatedApp(gate), { session: { store } }));
    const visitor = new Visitor(await start(host.use(toExpress(sessionApp(), { session: { store } }))));
    await expectTurns(visitor, '/gated', gate);
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
