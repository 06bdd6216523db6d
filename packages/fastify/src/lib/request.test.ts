import { once } from 'node:events';
import { connect } from 'node:net';
import { createGunzip, gzipSync } from 'node:zlib';
import { createApp, defineHandler, type HandlerApp, type HandlerDeclaration, type HttpContext } from '@verbena/core';
import { ask, askOverOneConnection, type LocalServer, showRequest } from '@verbena/test-hosts';
import { expect } from 'chai';
import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import { LoggedFastify } from './fastify-server.test-support.js';
import { toFastify } from './plugin.js';
import type { FastifyNative } from './request.js';

describe('a request taken from Fastify', () => {
  let logged: LoggedFastify;
  /** What reached the application's own `onError`. */
  let told: unknown[];

  afterEach(() => logged.fastify.close());

  function appOf(act: (context: HttpContext) => unknown, declaration: Partial<HandlerDeclaration> = {}): HandlerApp {
    told = [];
    return createApp({
      // A function of its own, as one may be declared but once.
      handlers: [defineHandler({ path: '/**', ...declaration }, (context: HttpContext) => act(context))],
      development: false,
      onError: (error) => told.push(error),
    });
  }

  async function start(
    app: HandlerApp,
    options: FastifyServerOptions = {},
    prefix = '',
    before: (fastify: FastifyInstance) => void = () => {},
  ): Promise<LocalServer> {
    logged = new LoggedFastify(options);
    before(logged.fastify);
    await logged.fastify.register(toFastify(app), { prefix });
    return logged.start();
  }

  it('has verb, URL, path, query and address as Fastify has them', async () => {
    const running = await start(appOf(showRequest), {}, '/api');
    const { text } = await ask(running, {
      method: 'PATCH',
      path: '/api/a%20b//c?x=1&x=%262',
      headers: { host: 'example.org' },
    });
    expect(JSON.parse(text)).to.deep.equal({
      verb: 'PATCH',
      url: 'http://example.org/api/a%20b//c?x=1&x=%262',
      path: '/a%20b//c',
      query: [
        ['x', '1'],
        ['x', '&2'],
      ],
      ip: '127.0.0.1',
      secure: false,
    });
  });

  it('believes a proxy where Fastify does, and nobody else', async () => {
    const headers = {
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'public.example',
    };
    const behind = await start(appOf(showRequest), { trustProxy: true });
    expect(JSON.parse((await ask(behind, { path: '/x', headers })).text)).to.deep.include({
      url: 'https://public.example/x',
      ip: '203.0.113.7',
      secure: true,
    });
    await behind.close();
    const open = await start(appOf(showRequest));
    expect(JSON.parse((await ask(open, { path: '/x', headers })).text)).to.deep.include({
      url: `${open.url}/x`,
      ip: '127.0.0.1',
      secure: false,
    });
  });

  it('has the path that rewriteUrl gave it, and the URL the client asked for', async () => {
    const rewriteUrl: FastifyServerOptions['rewriteUrl'] = ({ url = '' }) => url.replace('/old', '/api');
    const running = await start(appOf(showRequest), { rewriteUrl }, '/api');
    expect(JSON.parse((await ask(running, { path: '/old/a?q=1', headers: { host: 'x' } })).text)).to.deep.include({
      path: '/a',
      url: 'http://x/old/a?q=1',
    });
  });

  it('has its path below the prefix, however the target names it', async () => {
    const running = await start(appOf(showRequest), {}, '/api');
    for (const [path, expected] of [
      ['/api', '/'],
      ['/api/', '/'],
      ['/%61pi/A%2Fb', '/A%2Fb'],
      ['/api//double/', '//double/'],
      ['/api/a/../b', '/a/../b'],
      ['http://example.org/api/absolute', '/absolute'],
    ]) {
      expect(JSON.parse((await ask(running, { path })).text), path).to.deep.include({ path: expected });
    }
  });

  it('is answered, not dropped, when its URL or Host makes no URL', async () => {
    const running = await start(
      appOf(({ request }) => request.path + (request.path === '/q' ? request.query.get('x') : '')),
    );
    expect((await ask(running, { path: '/a', headers: { host: 'not a host' } })).text).to.equal('/a');
    expect((await ask(running, { path: '//evil/x' })).text).to.equal('//evil/x');
    expect((await ask(running, { path: '/q?x=1', headers: { host: 'not a host' } })).message.statusCode).to.equal(400);
    expect(logged.errors).to.deep.equal([]);
  });

  it('of HTTP/1.0, without a Host, is answered', async () => {
    const running = await start(appOf(({ request }) => request.url.href));
    const client = connect(running.port, '127.0.0.1');
    client.end('GET /a HTTP/1.0\r\n\r\n');
    let text = '';
    for await (const chunk of client) text += String(chunk);
    expect(text).to.match(/^HTTP\/1\.1 200 OK\r\n.*http:\/\/localhost\/a$/s);
  });

  it('that Fastify cannot route, for its malformed escapes, is refused by Fastify', async () => {
    const running = await start(appOf(showRequest));
    const { message, text } = await ask(running, { path: '/%zz' });
    expect([message.statusCode, JSON.parse(text).code]).to.deep.equal([400, 'FST_ERR_BAD_URL']);
  });

  describe('its body', () => {
    const text = ({ request }: HttpContext): Promise<string> => request.text();
    const json = { 'content-type': 'application/json' };

    it('is read from the wire, with a length or in chunks, for every verb', async () => {
      const running = await start(appOf(text));
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'QUERY', 'PROPFIND', 'TRACE']) {
        const whole = { method, headers: { 'content-length': '3' } };
        expect((await ask(running, whole, 'abc')).text, method).to.equal('abc');
        const chunked = { method, headers: { 'transfer-encoding': 'chunked' } };
        expect((await ask(running, chunked, 'abc')).text, method).to.equal('abc');
        expect((await ask(running, { method })).text, method).to.equal('');
      }
    });

    it('may be of any type, of none, and of one that is malformed', async () => {
      const running = await start(
        appOf(async ({ request }) => [request.headers.get('content-type'), await request.text()]),
      );
      for (const type of [
        'application/json',
        'a/b; c="d"',
        'weird',
        '',
        'undefined',
        'text/plain ; charset=utf-8',
        '{}',
      ]) {
        const headers = { 'content-type': type, 'content-length': '3' };
        const answered = await ask(running, { method: 'POST', headers }, 'abc');
        expect(JSON.parse(answered.text), type).to.deep.equal([type, 'abc']);
      }
      expect(logged.errors).to.deep.equal([]);
    });

    it('is refused by hooks before the handler, whatever its type', async () => {
      const running = await start(appOf(text), {}, '', (fastify) => {
        fastify.addHook('preHandler', async (_request, reply) => reply.code(401).send('who are you?'));
      });
      for (const type of ['weird', 'text/plain', '']) {
        const options = { method: 'POST', headers: { 'content-type': type, 'content-length': '3' } };
        expect((await ask(running, options, 'abc')).message.statusCode).to.equal(401);
      }
    });

    it('has the limit of its handler, not that of Fastify', async () => {
      const running = await start(appOf(text, { bodyLimitBytes: 4 }), { bodyLimit: 2 });
      expect((await ask(running, { method: 'POST', headers: json }, '1234')).text).to.equal('1234');
      expect((await ask(running, { method: 'POST', headers: json }, '12345')).message.statusCode).to.equal(413);
      expect(logged.errors).to.deep.equal([]);
    });

    it('is taken from rawBody where a hook has read it before', async () => {
      const running = await start(
        appOf(async ({ request }) => ({ got: await request.json() })),
        {},
        '',
        (fastify) => {
          fastify.addHook('preHandler', async (request) => {
            let raw = '';
            for await (const chunk of request.raw) raw += String(chunk);
            Object.assign(request, { rawBody: raw });
          });
        },
      );
      const posted = await ask(running, { method: 'POST', headers: json }, '{"a":"caf\u00e9"}');
      expect(JSON.parse(posted.text)).to.deep.equal({ got: { a: 'caf\u00e9' } });
    });

    it('is taken from the stream that a hook put in its place', async () => {
      const handler = appOf(text, { bodyLimitBytes: 100_000 });
      const running = await start(handler, {}, '', (fastify) => {
        fastify.addHook('preParsing', async (_request, _reply, payload) => payload.pipe(createGunzip()));
      });
      for (const [body, status] of [
        ['hello', 200],
        ['x'.repeat(1_000_000), 413],
      ] as const) {
        const response = await fetch(running.url, {
          method: 'POST',
          body: gzipSync(body),
          headers: { 'content-encoding': 'gzip' },
        });
        expect(response.status).to.equal(status);
        if (status === 200) expect(await response.text()).to.equal(body);
      }
    });

    it('that a hook has read and not kept is an error that says what to do', async () => {
      const running = await start(appOf(text), {}, '', (fastify) => {
        fastify.addHook('preHandler', async ({ raw }) => {
          for await (const _chunk of raw);
        });
      });
      const { message } = await ask(running, { method: 'POST' }, 'abc');
      expect(message.statusCode).to.equal(500);
      expect(logged.errors).to.have.length(1);
      expect(logged.errors[0]).to.contain('left no rawBody; put that middleware after the adapter');
    });

    it('over the limit leaves the connection fit for the next request', async () => {
      const running = await start(appOf(text, { bodyLimitBytes: 4 }));
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

  it('does not abort it when the answer is complete and the handler goes on', async () => {
    for (const handlerTimeout of [0, 60_000]) {
      let tell: (aborted: boolean) => void;
      const outcome = new Promise<boolean>((resolve) => {
        tell = resolve;
      });
      const running = await start(
        appOf(async ({ native, response, signal }) => {
          const closed = once((native as FastifyNative).reply.raw, 'close');
          await Promise.resolve();
          response.end('done');
          await closed;
          tell(signal.aborted);
        }),
        handlerTimeout === 0 ? {} : { handlerTimeout },
      );
      expect((await ask(running, {})).text).to.equal('done');
      expect(await outcome).to.equal(false);
      await running.close();
    }
  });
});
