import { request as httpRequest } from 'node:http';
import { createGunzip, gzipSync } from 'node:zlib';
import { createApp, defineHandler, type HandlerApp, type HttpContext } from '@verbena/core';
import { ask, askOverOneConnection, handlerApp, showRequest } from '@verbena/test-hosts';
import { expect } from 'chai';
import Koa, { type Middleware } from 'koa';
import { type KoaServer, startKoa } from './koa-server.test-support.js';
import { toKoa } from './middleware.js';

describe('a request taken from Koa', () => {
  let server: KoaServer | undefined;
  /** What reached the application's own `onError`. */
  let told: unknown[];

  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  function appOf(act: (context: HttpContext) => unknown): HandlerApp {
    told = [];
    return handlerApp({ '/**': act }, told);
  }

  async function start(act: (context: HttpContext) => unknown, ...outer: readonly Middleware[]): Promise<KoaServer> {
    const koa = new Koa();
    for (const middleware of outer) koa.use(middleware);
    server = await startKoa(koa.use(toKoa(appOf(act))));
    return server;
  }

  it('has verb, URL, path, query and address as Koa has them', async () => {
    const running = await start(showRequest);
    const { text } = await ask(running, {
      method: 'PATCH',
      path: '/a%20b//c?x=1&x=%262',
      headers: { host: 'example.org' },
    });
    expect(JSON.parse(text)).to.deep.equal({
      verb: 'PATCH',
      url: 'http://example.org/a%20b//c?x=1&x=%262',
      path: '/a%20b//c',
      query: [
        ['x', '1'],
        ['x', '&2'],
      ],
      ip: '127.0.0.1',
      secure: false,
    });
  });

  it('believes a proxy where Koa does, and nobody else', async () => {
    const headers = {
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'public.example',
    };
    const koa = new Koa({ proxy: true });
    server = await startKoa(koa.use(toKoa(appOf(showRequest))));
    expect(JSON.parse((await ask(server, { path: '/x', headers })).text)).to.deep.include({
      url: 'https://public.example/x',
      ip: '203.0.113.7',
      secure: true,
    });
    await server.close();
    const running = await start(showRequest);
    expect(JSON.parse((await ask(running, { path: '/x', headers })).text)).to.deep.include({
      ip: '127.0.0.1',
      secure: false,
    });
  });

  it('has the path that middleware left it, as when mounted', async () => {
    const running = await start(showRequest, (ctx, next) => {
      ctx.path = ctx.path.replace(/^\/mounted/, '');
      return next();
    });
    expect(JSON.parse((await ask(running, { path: '/mounted/a' })).text)).to.deep.include({ path: '/a' });
  });

  it('is answered, not dropped, when its URL or Host makes no URL', async () => {
    const running = await start(({ request }) => request.path + (request.path === '/q' ? request.query.get('x') : ''));
    expect((await ask(running, { path: '/a', headers: { host: 'not a host' } })).text).to.equal('/a');
    expect((await ask(running, { path: '//evil/x' })).text).to.equal('//evil/x');
    expect((await ask(running, { path: '/q?x=1', headers: { host: 'not a host' } })).message.statusCode).to.equal(400);
    expect(running.errors).to.deep.equal([]);
  });

  describe('its body', () => {
    const text = ({ request }: HttpContext): Promise<string> => request.text();
    const json = { 'content-type': 'application/json' };

    it('is taken from rawBody where a body parser has read it before', async () => {
      const parser: Middleware = async (ctx, next) => {
        let raw = '';
        for await (const chunk of ctx.req) raw += String(chunk);
        Object.assign(ctx.request, { rawBody: raw, body: JSON.parse(raw === '' ? 'null' : raw) as unknown });
        await next();
      };
      const running = await start(async ({ request }) => ({ got: await request.json() }), parser);
      const posted = await ask(running, { method: 'POST', headers: json }, '{"a":"caf\u00e9"}');
      expect(JSON.parse(posted.text)).to.deep.equal({ got: { a: 'caf\u00e9' } });
      expect((await ask(running, { method: 'POST', headers: json }, '{"__proto__":1}')).message.statusCode).to.equal(
        400,
      );
      expect((await ask(running, { method: 'POST', headers: json })).message.statusCode).to.equal(400);
    });

    it('is what a parser has decompressed, with no word of how it was sent', async () => {
      const parser: Middleware = async (ctx, next) => {
        let raw = '';
        for await (const chunk of ctx.req.pipe(createGunzip())) raw += String(chunk);
        Object.assign(ctx.request, { rawBody: raw });
        await next();
      };
      const running = await start(async ({ request }) => {
        const named = ['content-encoding', 'content-length'].map((name) => request.headers.get(name));
        return [...named, await request.json()];
      }, parser);
      const headers = { ...json, 'content-encoding': 'gzip' };
      const response = await fetch(running.url, { method: 'POST', headers, body: gzipSync('{"a":1}') });
      expect(await response.json()).to.deep.equal([null, null, { a: 1 }]);
    });

    it('has its limit there, too', async () => {
      const handler = defineHandler({ path: '/', bodyLimitBytes: 4 }, (context: HttpContext) => text(context));
      const koa = new Koa();
      koa.use((ctx, next) => {
        Object.assign(ctx.request, { rawBody: '12345' });
        return next();
      });
      server = await startKoa(koa.use(toKoa(createApp({ handlers: [handler] }))));
      const chunked = { method: 'POST', headers: { 'transfer-encoding': 'chunked' } };
      expect((await ask(server, chunked, '12345')).message.statusCode).to.equal(413);
    });

    it('that middleware has read and not kept is an error that says what to do', async () => {
      const running = await start(text, async (ctx, next) => {
        for await (const _chunk of ctx.req);
        await next();
      });
      const { message } = await ask(running, { method: 'POST' }, 'abc');
      expect(message.statusCode).to.equal(500);
      expect(running.errors).to.have.length(1);
      expect(String(running.errors[0])).to.contain('left no rawBody; put that middleware after the adapter');
    });

    it('over the limit leaves the connection fit for the next request', async () => {
      const handler = defineHandler({ path: '/', bodyLimitBytes: 4 }, (context: HttpContext) => text(context));
      server = await startKoa(new Koa().use(toKoa(createApp({ handlers: [handler] }))));
      const long = 'x'.repeat(300_000);
      const outcomes = await askOverOneConnection(server, [
        [{ 'transfer-encoding': 'chunked' }, long],
        [{ 'content-length': String(long.length) }, long],
        [{ 'content-length': '4' }, 'fine'],
      ]);
      expect(outcomes).to.deep.equal([
        [413, false],
        [413, true],
        [200, true],
      ]);
    });
  });

  it('aborts context.signal when its client leaves before the answer', async () => {
    let began: () => void;
    const beginning = new Promise<void>((resolve) => {
      began = resolve;
    });
    let left: (reason: unknown) => void;
    const leaving = new Promise<unknown>((resolve) => {
      left = resolve;
    });
    const running = await start(async ({ signal }) => {
      signal.addEventListener('abort', () => left(signal.reason));
      began();
      await leaving;
      signal.throwIfAborted();
    });
    const client = httpRequest({ host: '127.0.0.1', port: running.port, agent: false }).on('error', () => {});
    client.end();
    await beginning;
    client.destroy();
    expect(await leaving).to.have.property('name', 'AbortError');
    await new Promise((resolve) => setImmediate(resolve));
    expect(running.errors).to.deep.equal([]);
  });
});
