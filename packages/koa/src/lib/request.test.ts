import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { createApp, defineHandler, type HandlerApp, type HttpContext } from '@verbena/core';
import { expect } from 'chai';
import Koa, { type Context, type Middleware } from 'koa';
import { ask, type KoaServer, startKoa } from './koa-server.test-support.js';
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
    return createApp({
      // A function of its own, as one may be declared but once.
      handlers: [defineHandler('/**', (context: HttpContext) => act(context))],
      development: false,
      onError: (error) => told.push(error),
    });
  }

  async function start(act: (context: HttpContext) => unknown, ...outer: readonly Middleware[]): Promise<KoaServer> {
    const koa = new Koa();
    for (const middleware of outer) koa.use(middleware);
    server = await startKoa(koa.use(toKoa(appOf(act))));
    return server;
  }

  const show = ({ request }: HttpContext): unknown => ({
    verb: request.verb,
    url: request.url.href,
    path: request.path,
    query: [...request.query],
    ip: request.ip,
    secure: request.secure,
  });

  it('has verb, URL, path, query and address as Koa has them', async () => {
    const running = await start(show);
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
    server = await startKoa(koa.use(toKoa(appOf(show))));
    expect(JSON.parse((await ask(server, { path: '/x', headers })).text)).to.deep.include({
      url: 'https://public.example/x',
      ip: '203.0.113.7',
      secure: true,
    });
    await server.close();
    const running = await start(show);
    expect(JSON.parse((await ask(running, { path: '/x', headers })).text)).to.deep.include({
      ip: '127.0.0.1',
      secure: false,
    });
  });

  it('has the path that middleware left it, as when mounted', async () => {
    const running = await start(show, (ctx, next) => {
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

    it('is read from the wire, with a length or in chunks', async () => {
      const running = await start(text);
      expect((await ask(running, { method: 'POST', headers: { 'content-length': '3' } }, 'abc')).text).to.equal('abc');
      const chunked = { method: 'POST', headers: { 'transfer-encoding': 'chunked' } };
      expect((await ask(running, chunked, 'abc')).text).to.equal('abc');
      expect((await ask(running, { method: 'POST' })).text).to.equal('');
      expect((await ask(running, {})).text).to.equal('');
    });

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

    it('over the limit is 413, and the connection goes on', async () => {
      const handler = defineHandler({ path: '/', bodyLimitBytes: 4 }, (context: HttpContext) => text(context));
      server = await startKoa(new Koa().use(toKoa(createApp({ handlers: [handler] }))));
      for (const init of [
        { body: 'x'.repeat(100_000) },
        { body: new Blob(['x'.repeat(100_000)]).stream(), duplex: 'half' },
        { body: 'fine' },
      ] as RequestInit[]) {
        const response = await fetch(server.url, { method: 'POST', ...init });
        expect(response.status).to.equal(init.body === 'fine' ? 200 : 413);
        await response.text();
      }
      expect(server.errors).to.deep.equal([]);
    });

    it('over the limit leaves the connection fit for the next request', async () => {
      const handler = defineHandler({ path: '/', bodyLimitBytes: 4 }, (context: HttpContext) => text(context));
      server = await startKoa(new Koa().use(toKoa(createApp({ handlers: [handler] }))));
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const send = async (headers: Record<string, string>, body: string): Promise<unknown[]> => {
        const sent = httpRequest({ host: '127.0.0.1', port: server?.port, agent, method: 'POST', headers });
        sent.end(body);
        const [message] = (await once(sent, 'response')) as [Readable & { statusCode: number }];
        message.resume();
        await once(message, 'close');
        return [message.statusCode, sent.reusedSocket];
      };
      const long = 'x'.repeat(300_000);
      try {
        expect(await send({ 'transfer-encoding': 'chunked' }, long)).to.deep.equal([413, false]);
        expect(await send({ 'content-length': String(long.length) }, long)).to.deep.equal([413, true]);
        expect(await send({ 'content-length': '4' }, 'fine')).to.deep.equal([200, true]);
      } finally {
        agent.destroy();
      }
    });

    it('that breaks off is no unexpected error: the client has gone', async () => {
      let began: () => void;
      const beginning = new Promise<void>((resolve) => {
        began = resolve;
      });
      let ended: (error: unknown) => void;
      const ending = new Promise<unknown>((resolve) => {
        ended = resolve;
      });
      const running = await start(async ({ request }) => {
        const reader = request.stream.getReader();
        await reader.read();
        began();
        try {
          await reader.read();
        } catch (error) {
          ended(error);
          throw error;
        }
      });
      const client = httpRequest({
        host: '127.0.0.1',
        port: running.port,
        method: 'POST',
        headers: { 'content-length': '100' },
        agent: false,
      }).on('error', () => {});
      client.write('some');
      await beginning;
      client.destroy();
      expect(await ending).to.have.property('name', 'AbortError');
      await new Promise((resolve) => setImmediate(resolve));
      // Koa itself reports the connection.
      expect(told).to.deep.equal([]);
    });

    it('that nobody reads does not spoil the next request of the connection', async () => {
      const running = await start(() => 'unread');
      for (let count = 0; count < 3; count += 1) {
        const response = await fetch(running.url, { method: 'POST', body: 'x'.repeat(100_000) });
        expect(await response.text()).to.equal('unread');
      }
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

  it('does not abort it when the answer is complete and the handler goes on', async () => {
    let tell: (aborted: boolean) => void;
    const told = new Promise<boolean>((resolve) => {
      tell = resolve;
    });
    const running = await start(async ({ native, response, signal }) => {
      const closed = once((native as Context).res, 'close');
      await Promise.resolve();
      response.end('done');
      await closed;
      tell(signal.aborted);
    });
    expect((await ask(running, {})).text).to.equal('done');
    expect(await told).to.equal(false);
  });

  it('does not abort it when the answer is complete', async () => {
    let signal: AbortSignal | undefined;
    const running = await start(async (context) => {
      ({ signal } = context);
      return 'done';
    });
    const client = httpRequest({ host: '127.0.0.1', port: running.port, agent: false });
    client.end();
    const [message] = (await once(client, 'response')) as [Readable];
    message.resume();
    await once(message, 'close');
    expect(signal?.aborted).to.equal(false);
  });
});

describe('a request that waits behind another of its connection', () => {
  it('is aborted, too, when the connection breaks', async () => {
    const aborted: string[] = [];
    let entered = 0;
    let bothIn: () => void = () => {};
    const both = new Promise<void>((resolve) => {
      bothIn = resolve;
    });
    const handler = defineHandler('/:name', async ({ request, signal }: HttpContext) => {
      const left = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      entered += 1;
      if (entered === 2) bothIn();
      await left;
      aborted.push(request.params['name'] ?? '');
    });
    const app = createApp({ handlers: [handler], onError: () => {} });
    const running = await startKoa(new Koa().use(toKoa(app)));
    const client = connect(running.port, '127.0.0.1');
    client.write('GET /one HTTP/1.1\r\nHost: x\r\n\r\nGET /two HTTP/1.1\r\nHost: x\r\n\r\n');
    await both;
    client.destroy();
    await app.close({ graceMs: 60_000 });
    await running.close();
    expect(aborted.sort()).to.deep.equal(['one', 'two']);
  });
});
