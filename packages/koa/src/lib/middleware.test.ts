import { createApp, defineHandler, type HandlerApp, type HttpContext } from '@verbena/core';
import { ask, breakingStreams, endlessApp, handlerApp } from '@verbena/test-hosts';
import { expect } from 'chai';
import Koa, { type Context, type Middleware } from 'koa';
import { type KoaServer, startKoa } from './koa-server.test-support.js';
import { toKoa } from './middleware.js';

type Act = (context: HttpContext) => unknown;

describe('toKoa', () => {
  let server: KoaServer | undefined;
  /** What reached the application's own `onError`. */
  let told: unknown[];

  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  function appOf(handlers: Readonly<Record<string, Act>>): HandlerApp {
    told = [];
    return handlerApp(handlers, told);
  }

  /** Starts a Koa application with the handlers between the middleware given. */
  async function start(handlers: Readonly<Record<string, Act>>, ...outer: readonly Middleware[]): Promise<KoaServer> {
    const koa = new Koa();
    for (const middleware of outer) koa.use(middleware);
    koa.use(toKoa(appOf(handlers)));
    koa.use((ctx) => {
      ctx.body = 'passed on';
    });
    server = await startKoa(koa);
    return server;
  }

  it('lets middleware before it see, and change, the answer', async () => {
    const { url } = await start({ '/': () => '<p>hello</p>' }, async (ctx, next) => {
      await next();
      expect(ctx.status).to.equal(200);
      expect(ctx.type).to.equal('text/html');
      ctx.body = String(ctx.body).toUpperCase();
    });
    const response = await fetch(url);
    expect(await response.text()).to.equal('<P>HELLO</P>');
    expect(response.headers.get('content-length')).to.equal('12');
  });

  it('gives the handler the context of Koa as context.native', async () => {
    const { url } = await start({ '/': ({ native }) => (native as Context).state['user'] as string }, (ctx, next) => {
      ctx.state['user'] = 'ada';
      return next();
    });
    expect(await (await fetch(url)).text()).to.equal('ada');
  });

  it('leaves an answer alone that a handler has sent past Koa', async () => {
    const { url, errors } = await start({
      '/': ({ native }) => {
        const ctx = native as Context;
        ctx.respond = false;
        ctx.res.writeHead(202, { 'x-own': '1' }).end('own');
      },
    });
    const response = await fetch(url);
    expect([response.status, response.headers.get('x-own'), await response.text()]).to.deep.equal([202, '1', 'own']);
    expect(errors).to.deep.equal([]);
    expect(told).to.deep.equal([]);
  });

  describe('errors', () => {
    const broken = new Error('the secret');

    it('reach onError and the error event of Koa once each, and show nothing to the client', async () => {
      const { url, errors } = await start({
        '/': () => {
          throw broken;
        },
      });
      const response = await fetch(url);
      expect(response.status).to.equal(500);
      expect(response.headers.get('content-type')).to.equal('application/problem+json');
      expect(await response.text()).to.not.contain('secret');
      expect(errors).to.deep.equal([broken]);
      expect(told).to.deep.equal([broken]);
    });

    it('reach the error event as errors, also when something else was thrown', async () => {
      const { url, errors } = await start({
        '/': () => {
          throw 'text' as unknown;
        },
      });
      await fetch(url);
      expect(errors).to.have.length(1);
      expect(errors[0]).to.be.an('error').with.property('cause', 'text');
      expect(told).to.deep.equal(['text']);
    });

    it('of a stream reach it once, and break the connection', async () => {
      const running = await start(breakingStreams(broken));
      for (const path of ['/iterable', '/readable', '/written']) {
        running.errors.length = 0;
        told.length = 0;
        const { broken: brokenOff, text, message } = await ask(running, { path });
        expect([message.statusCode, brokenOff], path).to.deep.equal([200, true]);
        // What was written just before the failure may be lost with the connection.
        expect('first', path).to.satisfy((all: string) => all.startsWith(text));
        expect(running.errors, path).to.deep.equal([broken]);
        expect(told, path).to.deep.equal([broken]);
      }
    });

    it('of a stream before its first byte reach it once', async () => {
      const running = await start({
        '/': () => new ReadableStream({ pull: () => Promise.reject(broken) }),
      });
      const answered = await ask(running, {}).catch((error: unknown) => error);
      expect(running.errors).to.deep.equal([broken]);
      expect(told).to.deep.equal([broken]);
      expect(answered).to.not.have.property('text', 'the secret');
    });

    it('of later middleware are the application of Koa\u2019s own matter', async () => {
      const koa = new Koa();
      koa.use(toKoa(appOf({ '/mine': () => 'mine' })));
      koa.use(() => {
        throw broken;
      });
      server = await startKoa(koa);
      expect((await fetch(`${server.url}/other`)).status).to.equal(500);
      expect(server.errors).to.deep.equal([broken]);
      expect(told).to.deep.equal([]);
    });
  });

  describe('a stream that nobody will send', () => {
    it('is stopped, and its handler released, when middleware before it puts another body there', async () => {
      const { app, released } = endlessApp();
      const koa = new Koa();
      koa.use(async (ctx, next) => {
        await next();
        ctx.body = 'other';
      });
      server = await startKoa(koa.use(toKoa(app)));
      expect(await (await fetch(server.url)).text()).to.equal('other');
      await released;
    });

    it('is stopped, and its handler released, when middleware before it fails', async () => {
      const { app, released } = endlessApp();
      const koa = new Koa();
      const failure = new Error('upstream');
      koa.use(async (_ctx, next) => {
        await next();
        throw failure;
      });
      server = await startKoa(koa.use(toKoa(app)));
      expect((await fetch(server.url)).status).to.equal(500);
      await released;
      expect(server.errors).to.deep.equal([failure]);
    });
  });

  it('leaves two Koa applications in one process alone with each other', async () => {
    const app = appOf({ '/': ({ native }) => (native as Context).app.env });
    const one = new Koa({ env: 'one' });
    const two = new Koa({ env: 'two' });
    const middleware = toKoa(app);
    const servers = [await startKoa(one.use(middleware)), await startKoa(two.use(middleware))];
    try {
      const texts = await Promise.all(servers.map(async ({ url }) => (await fetch(url)).text()));
      expect(texts).to.deep.equal(['one', 'two']);
    } finally {
      for (const running of servers) await running.close();
    }
  });

  it('changes nothing of Koa itself', async () => {
    const koa = new Koa();
    const before = [Reflect.ownKeys(koa.context), Reflect.ownKeys(koa.request), Reflect.ownKeys(koa.response)];
    koa.use(
      toKoa(
        createApp({
          handlers: [
            defineHandler({ path: '/', session: 'required' }, ({ session }: HttpContext) => session.set('v', 1)),
          ],
        }),
      ),
    );
    server = await startKoa(koa);
    expect((await fetch(server.url)).headers.getSetCookie()).to.have.length(1);
    expect([Reflect.ownKeys(koa.context), Reflect.ownKeys(koa.request), Reflect.ownKeys(koa.response)]).to.deep.equal(
      before,
    );
  });
});
