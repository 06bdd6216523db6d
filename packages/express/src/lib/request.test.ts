import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createApp, defineHandler, type HandlerApp, type HttpContext } from '@verbena/core';
import { ask, askOverOneConnection, handlerApp, type LocalServer, showRequest } from '@verbena/test-hosts';
import { expect } from 'chai';
import express, { type Application, type RequestHandler } from 'express';
import { startExpress } from './express-server.test-support.js';
import { toExpress } from './middleware.js';

describe('a request taken from Express', () => {
  let server: LocalServer | undefined;
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

  async function listen(host: Application): Promise<LocalServer> {
    server = await startExpress(host);
    return server;
  }

  async function start(
    act: (context: HttpContext) => unknown,
    ...outer: readonly RequestHandler[]
  ): Promise<LocalServer> {
    const host = express();
    for (const middleware of outer) host.use(middleware);
    return listen(host.use(toExpress(appOf(act))));
  }

  it('has verb, URL with its port, path, query and address as Express has them', async () => {
    const { text } = await ask(await start(showRequest), {
      method: 'PATCH',
      path: '/a%20b//c?x=1&x=%262',
      headers: { host: 'example.org:8080' },
    });
    expect(JSON.parse(text)).to.deep.equal({
      verb: 'PATCH',
      url: 'http://example.org:8080/a%20b//c?x=1&x=%262',
      path: '/a%20b//c',
      query: [
        ['x', '1'],
        ['x', '&2'],
      ],
      ip: '127.0.0.1',
      secure: false,
    });
  });

  it('believes a proxy where Express does, and nobody else', async () => {
    const headers = {
      host: 'inner.example',
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'public.example:444',
    };
    for (const [trust, seen] of [
      ['loopback', { url: 'https://public.example:444/x', ip: '203.0.113.7', secure: true }],
      [false, { url: 'http://inner.example/x', ip: '127.0.0.1', secure: false }],
    ] as const) {
      const running = await listen(
        express()
          .set('trust proxy', trust)
          .use(toExpress(appOf(showRequest))),
      );
      expect(JSON.parse((await ask(running, { path: '/x', headers })).text)).to.deep.include(seen);
      await running.close();
    }
  });

  it('has the path that middleware left it', async () => {
    const running = await start(showRequest, (req, _res, next) => {
      req.url = req.url.replace(/^\/old/, '/new');
      next();
    });
    expect(JSON.parse((await ask(running, { path: '/old/a', headers: { host: 'h' } })).text)).to.deep.include({
      path: '/new/a',
      url: 'http://h/old/a',
    });
  });

  it('of HTTP/1.0, without a Host, has a URL all the same', async () => {
    const running = await start(showRequest);
    const socket = connect(running.port, '127.0.0.1');
    socket.end('GET /a HTTP/1.0\r\n\r\n');
    let received = '';
    for await (const chunk of socket) received += String(chunk);
    expect(received).to.contain('"url":"http://localhost/a"');
  });

  it('is answered, not dropped, when its URL or Host makes no URL', async () => {
    const running = await start(({ request }) => request.path + (request.path === '/q' ? request.query.get('x') : ''));
    expect((await ask(running, { path: '/a', headers: { host: 'not a host' } })).text).to.equal('/a');
    expect((await ask(running, { path: '//evil/x' })).text).to.equal('//evil/x');
    expect((await ask(running, { path: '/q?x=1', headers: { host: 'not a host' } })).message.statusCode).to.equal(400);
    expect(told).to.deep.equal([]);
  });

  describe('its body', () => {
    const text = ({ request }: HttpContext): Promise<string> => request.text();
    const json = { 'content-type': 'application/json' };

    it('is taken from rawBody where express.json() has been told to keep it', async () => {
      const parser = express.json({ verify: (req, _res, buffer) => void Object.assign(req, { rawBody: buffer }) });
      const running = await start(async ({ request }) => ({ got: await request.json() }), parser);
      const posted = await ask(running, { method: 'POST', headers: json }, '{"a":"caf\u00e9"}');
      expect(JSON.parse(posted.text)).to.deep.equal({ got: { a: 'caf\u00e9' } });
      expect((await ask(running, { method: 'POST', headers: json }, '{"__proto__":1}')).message.statusCode).to.equal(
        400,
      );
      expect((await ask(running, { method: 'POST', headers: json })).message.statusCode).to.equal(400);
    });

    it('is taken from express.raw(), which keeps the bytes themselves', async () => {
      const running = await start(text, express.raw({ type: '*/*' }));
      expect((await ask(running, { method: 'POST', headers: json }, '{"a":1}')).text).to.equal('{"a":1}');
    });

    it('is what a parser has decompressed, with no word of how it was sent', async () => {
      const verify: Parameters<typeof express.json>[0] = {
        verify: (req, _res, buffer) => void Object.assign(req, { rawBody: buffer }),
      };
      for (const parser of [express.raw({ type: '*/*' }), express.json(verify)]) {
        const running = await start(async ({ request }) => {
          const named = ['content-encoding', 'content-length'].map((name) => request.headers.get(name));
          return [...named, await request.json()];
        }, parser);
        const headers = { ...json, 'content-encoding': 'gzip' };
        const response = await fetch(running.url, { method: 'POST', headers, body: gzipSync('{"a":1}') });
        expect(await response.json()).to.deep.equal([null, null, { a: 1 }]);
        await running.close();
      }
    });

    it('that nobody has decompressed is refused', async () => {
      const running = await start(text, express.raw({ type: 'image/png' }));
      const headers = { ...json, 'content-encoding': 'gzip' };
      const response = await fetch(running.url, { method: 'POST', headers, body: gzipSync('{"a":1}') });
      expect(response.status).to.equal(415);
    });

    it('has its limit there, too', async () => {
      const handler = defineHandler({ path: '/', bodyLimitBytes: 4 }, (context: HttpContext) => text(context));
      const host = express().use(express.raw({ type: '*/*' }), toExpress(createApp({ handlers: [handler] })));
      const chunked = { method: 'POST', headers: { ...json, 'transfer-encoding': 'chunked' } };
      expect((await ask(await listen(host), chunked, '12345')).message.statusCode).to.equal(413);
    });

    it('that express.json() has read and not kept is an error that says what to do', async () => {
      const running = await start(text, express.json());
      expect((await ask(running, { method: 'POST', headers: json }, '{"a":1}')).message.statusCode).to.equal(500);
      expect(told).to.have.length(1);
      expect(String(told[0])).to.contain('left no rawBody; put that middleware after the adapter');
    });

    it('that a parser has left alone is read', async () => {
      const running = await start(text, express.json());
      expect((await ask(running, { method: 'POST', headers: { 'content-type': 'text/plain' } }, 'abc')).text).to.equal(
        'abc',
      );
    });

    it('is there for a parser after the adapter when that has passed the request on', async () => {
      const app = createApp({ handlers: [defineHandler('/mine', () => 'mine')] });
      const host = express().use(toExpress(app));
      host.use(express.json(), (req, res) => {
        res.send({ got: req.body as unknown });
      });
      const { text: answered } = await ask(await listen(host), { method: 'POST', path: '/', headers: json }, '{"a":1}');
      expect(JSON.parse(answered)).to.deep.equal({ got: { a: 1 } });
    });

    it('over the limit leaves the connection fit for the next request', async () => {
      const handler = defineHandler({ path: '/', bodyLimitBytes: 4 }, (context: HttpContext) => text(context));
      const running = await listen(express().use(toExpress(createApp({ handlers: [handler] }))));
      const long = 'x'.repeat(300_000);
      const outcomes = await askOverOneConnection(running, [
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
});
