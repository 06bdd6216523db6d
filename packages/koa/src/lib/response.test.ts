import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { PassThrough, Transform } from 'node:stream';
import { createGzip, gzipSync } from 'node:zlib';
import { createApp, defineHandler, type HttpContext } from '@verbena/core';
import { type Answer, ask } from '@verbena/test-hosts';
import { expect } from 'chai';
import Koa, { type Middleware } from 'koa';
import { type KoaServer, startKoa } from './koa-server.test-support.js';
import { toKoa } from './middleware.js';

describe('an answer put into Koa', () => {
  let server: KoaServer | undefined;

  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  async function start(act: (context: HttpContext) => unknown, ...outer: readonly Middleware[]): Promise<KoaServer> {
    const koa = new Koa();
    for (const middleware of outer) koa.use(middleware);
    server = await startKoa(
      koa.use(
        toKoa(
          createApp({
            handlers: [defineHandler('/', (context: HttpContext) => act(context))],
            development: false,
            onError: () => {},
          }),
        ),
      ),
    );
    return server;
  }

  it('sends problem details for HEAD without a body', async () => {
    const running = await start(() => {
      throw new Error('x');
    });
    const { message, text } = await ask(running, { method: 'HEAD' });
    expect([message.statusCode, message.headers['content-type'], text]).to.deep.equal([
      500,
      'application/problem+json',
      '',
    ]);
  });

  it('keeps the cookies that other middleware set, before and after', async () => {
    const { url } = await start(
      ({ response }) => {
        response.cookies.set('handler', '1');
        response.cookies.set('handler-too', '1');
      },
      async (ctx, next) => {
        ctx.cookies.set('before', '1');
        await next();
        ctx.cookies.set('after', '1');
      },
    );
    const names = (await fetch(url)).headers.getSetCookie().map((line) => line.split('=')[0]);
    expect(names).to.have.members(['before', 'handler', 'handler-too', 'after']);
  });

  it('adds to Vary rather than replacing it', async () => {
    const { url } = await start(
      ({ response }) => {
        response.headers.append('vary', 'Accept');
        response.headers.append('vary', 'Origin');
      },
      (ctx, next) => {
        ctx.vary('Accept-Encoding');
        ctx.vary('origin');
        return next();
      },
    );
    const names = ((await fetch(url)).headers.get('vary') ?? '').toLowerCase().split(/,\s*/);
    expect(names.toSorted()).to.deep.equal(['accept', 'accept-encoding', 'origin']);
  });

  it('sends a repeated header as often as it was appended', async () => {
    const running = await start(({ response }) => {
      response.headers.append('link', '</a>');
      response.headers.append('link', '</b>');
    });
    const { message } = await ask(running, {});
    expect(message.headersDistinct['link']).to.deep.equal(['</a>', '</b>']);
  });

  it('can be compressed, text as well as a stream, by middleware that takes ctx.body', async () => {
    const compress: Middleware = async (ctx, next) => {
      await next();
      const { body } = ctx;
      ctx.set('content-encoding', 'gzip');
      ctx.vary('Accept-Encoding');
      ctx.remove('content-length');
      ctx.body = typeof body === 'string' ? gzipSync(body) : (body as NodeJS.ReadableStream).pipe(createGzip());
    };
    for (const act of [
      () => 'hello hello',
      async function* () {
        yield 'hello ';
        yield 'hello';
      },
    ]) {
      const running = await start(act, compress);
      const response = await fetch(running.url);
      expect(response.headers.get('content-encoding')).to.equal('gzip');
      expect(await response.text()).to.equal('hello hello');
      await running.close();
    }
  });

  it('breaks the connection when it fails behind a pipe of such middleware', async () => {
    const running = await start(
      async function* () {
        yield 'first';
        throw new Error('broken');
      },
      async (ctx, next) => {
        await next();
        ctx.body = (ctx.body as NodeJS.ReadableStream).pipe(new PassThrough());
      },
    );
    const answered = await ask(running, {}).catch((error: unknown) => error);
    expect(answered instanceof Error || (answered as Answer).broken).to.equal(true);
  });

  it('can be measured piece by piece as it streams', async () => {
    let bytes = 0;
    const { url } = await start(
      async ({ response }) => {
        for (const piece of ['one', 'two', 'three']) {
          response.write(piece);
          await response.flush();
        }
      },
      async (ctx, next) => {
        await next();
        const meter = new Transform({
          transform(chunk: Buffer, _encoding, done) {
            bytes += chunk.byteLength;
            done(null, chunk);
          },
        });
        ctx.body = (ctx.body as NodeJS.ReadableStream).pipe(meter);
      },
    );
    expect(await (await fetch(url)).text()).to.equal('onetwothree');
    expect(bytes).to.equal(11);
  });
});

describe('a body whose time runs out while its client takes nothing', () => {
  it('breaks the connection instead of waiting for the client', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      const chunk = new Uint8Array(1_048_576);
      for (;;) yield chunk;
    }
    const handler = defineHandler({ path: '/', timeoutMs: 200 }, () => endless());
    const koa = new Koa().use(toKoa(createApp({ handlers: [handler], onError: () => {} })));
    koa.on('error', () => {});
    const server = koa.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
    client.on('error', () => {});
    try {
      client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      const [connection] = (await once(server, 'connection')) as [Socket];
      await once(connection, 'close');
    } finally {
      client.destroy();
      server.closeAllConnections();
      server.close();
    }
  });
});
