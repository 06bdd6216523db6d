import { once } from 'node:events';
import { METHODS, request } from 'node:http';
import { connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { createApp, defineHandler, type HandlerApp, type HttpContext } from '@verbena/core';
import { ask, breakingStreams, endlessApp, handlerApp, type LocalServer } from '@verbena/test-hosts';
import { expect } from 'chai';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { LoggedFastify } from './fastify-server.test-support.js';
import { toFastify } from './plugin.js';
import type { FastifyNative } from './request.js';

type Act = (context: HttpContext) => unknown;

describe('toFastify', () => {
  let logged: LoggedFastify;
  /** What reached the application's own `onError`. */
  let told: unknown[];

  afterEach(() => logged.fastify.close());

  function appOf(handlers: Readonly<Record<string, Act>>): HandlerApp {
    told = [];
    return handlerApp(handlers, told);
  }

  /** Starts a Fastify application with the handlers below a prefix. */
  async function start(
    handlers: Readonly<Record<string, Act>>,
    prefix = '',
    options: FastifyServerOptions = {},
    before: (fastify: FastifyInstance) => void = () => {},
  ): Promise<LocalServer> {
    logged = new LoggedFastify(options);
    before(logged.fastify);
    await logged.fastify.register(toFastify(appOf(handlers)), { prefix });
    return logged.start();
  }

  async function textOf(url: string, init?: RequestInit): Promise<string> {
    return (await fetch(url, init)).text();
  }

  describe('its routes', () => {
    it("leave to Fastify's not-found handler what no mapping has a path for", async () => {
      const { url } = await start({ 'GET /mine': () => 'mine' }, '/api', {}, (fastify) => {
        fastify.setNotFoundHandler((_request, reply) => reply.code(404).send('nobody'));
      });
      expect(await textOf(`${url}/api/mine`)).to.equal('mine');
      for (const path of ['/api/other', '/mine', '/']) {
        const response = await fetch(url + path, { method: 'POST', body: 'x' });
        expect([response.status, await response.text()], path).to.deep.equal([404, 'nobody']);
      }
    });

    it('stand back behind those of Fastify itself that are more specific', async () => {
      const { url } = await start(
        { '/own': () => 'handler', '/**': ({ request: { path } }) => path },
        '/api',
        {},
        (fastify) => {
          fastify.get('/api/own', async () => 'route');
          fastify.get('/other', async () => 'other');
        },
      );
      expect(await textOf(`${url}/api/own`)).to.equal('route');
      expect(await textOf(`${url}/api/own`, { method: 'POST' })).to.equal('handler');
      expect(await textOf(`${url}/api/own/more`)).to.equal('/own/more');
      expect(await textOf(`${url}/other`)).to.equal('other');
    });

    it('leave alone routes of the same pattern that are there already, and take the other verbs', async () => {
      for (const prefix of ['', '/api']) {
        const pattern = prefix === '' ? '/*' : '/api/*';
        const { url } = await start({ '/a': () => 'handler' }, prefix, {}, (fastify) => {
          fastify.options(pattern, async () => 'preflight');
        });
        expect(await textOf(`${url}${prefix}/a`, { method: 'OPTIONS' })).to.equal('preflight');
        expect(await textOf(`${url}${prefix}/a`)).to.equal('handler');
        if (prefix === '') await logged.fastify.close();
      }
    });

    it('are there for every verb that Node understands', async () => {
      const running = await start({ '/**': ({ request: { verb } }) => verb }, '/api');
      for (const method of METHODS.filter((verb) => verb !== 'CONNECT')) {
        const { message, text } = await ask(running, { method, path: '/api/x' });
        expect([message.statusCode, text], method).to.deep.equal([200, method === 'HEAD' ? '' : method]);
      }
    });

    it('leave alone the verbs that the application has added to Fastify before', async () => {
      const warnings: Error[] = [];
      const onWarning = (warning: Error): void => void warnings.push(warning);
      process.on('warning', onWarning);
      const running = await start({ '/x': ({ request: { verb } }) => verb }, '/api', {}, (fastify) => {
        fastify.addHttpMethod('SEARCH', { hasBody: true });
        fastify.route({ method: 'SEARCH', url: '/own', handler: async () => 'own' });
      });
      expect((await ask(running, { method: 'SEARCH', path: '/own' })).text).to.equal('own');
      expect((await ask(running, { method: 'SEARCH', path: '/api/x' })).text).to.equal('SEARCH');
      process.off('warning', onWarning);
      expect(warnings).to.deep.equal([]);
    });

    it('take paths of any length', async () => {
      const { url } = await start({ '/**': ({ request: { path } }) => path }, '/api');
      const path = `/${'long'.repeat(500)}/${'x'.repeat(500)}`;
      expect(await textOf(`${url}/api${path}`)).to.equal(path);
    });

    it('take OPTIONS for the server as a whole (RFC 9110, 9.3.7) to nobody', async () => {
      const running = await start({ '/**': () => 'handler' });
      expect((await ask(running, { method: 'OPTIONS', path: '*' })).message.statusCode).to.equal(404);
    });
  });

  it('leaves the body parsers of the application around it as they are', async () => {
    const { url } = await start({ 'POST /echo': ({ request }) => request.text() }, '/api', {}, (fastify) => {
      fastify.post('/own', async ({ body }) => body);
    });
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' };
    expect(await textOf(`${url}/own`, json)).to.equal('{"a":1}');
    expect((await fetch(`${url}/own`, { ...json, body: '{' })).status).to.equal(400);
    expect(await textOf(`${url}/api/echo`, { ...json, body: '{' })).to.equal('{');
  });

  it('gives the handler request and reply of Fastify as context.native', async () => {
    const { url } = await start(
      {
        '/:id': ({ native }) => {
          const { request, reply } = native as FastifyNative;
          reply.header('x-own', '1');
          return [(request.params as { tenant: string }).tenant, request.getDecorator('user')];
        },
      },
      '/:tenant',
      {},
      (fastify) => {
        fastify.decorateRequest('user', 'ada');
      },
    );
    const response = await fetch(`${url}/acme/7`);
    expect([response.headers.get('x-own'), await response.json()]).to.deep.equal(['1', ['acme', 'ada']]);
  });

  it('can be registered several times, below several prefixes', async () => {
    logged = new LoggedFastify();
    const app = appOf({ '/a': () => 'one' });
    await logged.fastify.register(toFastify(app), { prefix: '/one' });
    await logged.fastify.register(toFastify(app), { prefix: '/uno' });
    await logged.fastify.register(toFastify(appOf({ '/a': () => 'two' })), { prefix: '/two' });
    await logged.fastify.register(toFastify(appOf({ '/a': () => 'root' })));
    const { url } = await logged.start();
    const texts = await Promise.all(['/one/a', '/uno/a', '/two/a', '/a'].map((path) => textOf(url + path)));
    expect(texts).to.deep.equal(['one', 'one', 'two', 'root']);
  });

  it('answers requests that were injected, without a socket', async () => {
    logged = new LoggedFastify();
    await logged.fastify.register(
      toFastify(
        appOf({
          '/echo': async ({ request }) => ({ verb: request.verb, body: await request.text(), url: request.url.href }),
          '/stream': async function* () {
            yield 'a';
            yield 'b';
          },
        }),
      ),
      { prefix: '/api' },
    );
    const posted = await logged.fastify.inject({ method: 'POST', url: '/api/echo?q', payload: 'hello' });
    expect(posted.json()).to.deep.equal({ verb: 'POST', body: 'hello', url: 'http://localhost/api/echo?q' });
    expect((await logged.fastify.inject('/api/stream')).payload).to.equal('ab');
    expect((await logged.fastify.inject('/api/none')).statusCode).to.equal(404);
  });

  it('serves over HTTP/2, and breaks a stream off that fails', async () => {
    logged = new LoggedFastify();
    const fastify = Fastify({ http2: true });
    await fastify.register(
      toFastify(
        appOf({
          '/echo': async ({ request }) => `${request.url.pathname} ${await request.text()}`,
          '/fail': async function* () {
            yield 'first';
            throw new Error('broken');
          },
        }),
      ),
      { prefix: '/api' },
    );
    const client = connectHttp2(await fastify.listen({ port: 0, host: '127.0.0.1' }));
    const send = async (path: string, body?: string): Promise<unknown[]> => {
      const stream = client.request({ ':method': 'POST', ':path': path });
      let text = '';
      stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      stream.on('error', () => {});
      const over = new Promise((resolve) => stream.once('close', resolve));
      stream.end(body);
      const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
      await over;
      return [headers[':status'], text, stream.rstCode];
    };
    try {
      expect(await send('/api/echo', 'hello')).to.deep.equal([200, '/api/echo hello', 0]);
      expect(await send('/api/fail')).to.deep.equal([200, 'first', 2]);
    } finally {
      client.close();
      await fastify.close();
    }
  });

  it('sends over HTTP/2 what a head may say there, and no more', async () => {
    logged = new LoggedFastify();
    const fastify = Fastify({ http2: true });
    const set = ({ response }: HttpContext): void => {
      response.status = 426;
      response.headers.set('upgrade', 'other');
      response.headers.set('etag', ['"a"', '"b"']);
    };
    await fastify.register(
      toFastify(
        appOf({
          '/whole': (context) => {
            set(context);
            return 'fine';
          },
          '/stream': async function* (context) {
            set(context);
            yield 'fine';
          },
        }),
      ),
    );
    const client = connectHttp2(await fastify.listen({ port: 0, host: '127.0.0.1' }));
    try {
      for (const path of ['/whole', '/stream']) {
        const stream = client.request({ ':path': path }).setEncoding('utf8');
        const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
        expect([headers[':status'], headers['etag'], headers['upgrade']], path).to.deep.equal([
          426,
          '"a", "b"',
          undefined,
        ]);
        expect((await stream.toArray()).join(''), path).to.equal('fine');
      }
    } finally {
      client.close();
      await fastify.close();
    }
  });

  describe('an answer that Node refuses to send', () => {
    const refused: Readonly<Record<string, Act>> = {
      '/whole': ({ native }) => {
        (native as FastifyNative).reply.raw.statusMessage = 'no\r\nmessage';
        return 'text';
      },
      '/stream': async function* ({ native }) {
        (native as FastifyNative).reply.raw.statusMessage = 'no\r\nmessage';
        yield 'text';
      },
      '/next': () => 'next',
    };

    for (const path of ['/whole', '/stream']) {
      it(`is broken off, told to the logger of Fastify, and others go on: ${path}`, async () => {
        const running = await start(refused);
        expect(await ask(running, { path }).catch((error: unknown) => error)).to.be.an('error');
        expect(logged.errors).to.include('Invalid character in statusMessage');
        expect((await ask(running, { path: '/next' })).text).to.equal('next');
      });

      it(`is written to the console where Fastify has no logger: ${path}`, async () => {
        const running = await start(refused, '', { logger: false });
        const { error } = console;
        const said: unknown[] = [];
        console.error = (failure: unknown) => said.push(failure);
        try {
          expect(await ask(running, { path }).catch((failure: unknown) => failure)).to.be.an('error');
        } finally {
          console.error = error;
        }
        expect(said).to.have.length(1);
        expect(said[0]).to.have.property('code', 'ERR_INVALID_CHAR');
      });
    }
  });

  describe('what a handler takes too long for', () => {
    it('is answered by Fastify where it limits the time, and aborts the handler', async () => {
      let reason: unknown;
      let over: () => void;
      const ended = new Promise<void>((resolve) => {
        over = resolve;
      });
      const { url } = await start(
        {
          '/slow': async ({ signal }) => {
            await once(signal, 'abort');
            ({ reason } = signal);
            over();
            return 'too late';
          },
          '/quick': () => 'quick',
        },
        '',
        { handlerTimeout: 50 },
      );
      const response = await fetch(`${url}/slow`);
      expect(response.status).to.equal(503);
      expect(await response.json()).to.have.property('code', 'FST_ERR_HANDLER_TIMEOUT');
      await ended;
      expect(reason).to.have.property('name', 'AbortError');
      expect(await textOf(`${url}/quick`)).to.equal('quick');
      expect(told).to.deep.equal([]);
    });
  });

  it('leaves an answer alone that a handler has sent past it', async () => {
    const { url } = await start({
      '/hijacked': ({ native }) => {
        const { reply } = native as FastifyNative;
        reply.hijack();
        reply.raw.writeHead(202, { 'x-own': '1' }).end('own');
      },
      '/sent': ({ native }) => {
        void (native as FastifyNative).reply.code(202).header('x-own', '1').send('own');
        return 'another';
      },
    });
    for (const path of ['/hijacked', '/sent']) {
      const response = await fetch(url + path);
      expect([response.status, response.headers.get('x-own'), await response.text()]).to.deep.equal([202, '1', 'own']);
    }
    expect(logged.errors).to.deep.equal([]);
    expect(told).to.deep.equal([]);
  });

  describe('errors', () => {
    const broken = new Error('the secret');

    it('reach onError and the logger of Fastify once each, and show nothing to the client', async () => {
      const { url } = await start({
        '/': () => {
          throw broken;
        },
      });
      const response = await fetch(url);
      expect(response.status).to.equal(500);
      expect(response.headers.get('content-type')).to.equal('application/problem+json');
      expect(await response.text()).to.not.contain('secret');
      const [line, ...more] = logged.lines.filter(({ level }) => level >= 40);
      expect(line).to.include({ level: 50, msg: 'a handler failed' });
      expect(line?.err).to.include({ type: 'Error', message: 'the secret' });
      expect(more).to.deep.equal([]);
      expect(told).to.deep.equal([broken]);
    });

    it('do not reach the error handlers of Fastify, as they are answered', async () => {
      const handled: unknown[] = [];
      const { url } = await start(
        {
          '/': () => {
            throw broken;
          },
        },
        '',
        {},
        (fastify) => {
          fastify.addHook('onError', async (_request, _reply, error) => void handled.push(error));
          fastify.setErrorHandler((error, _request, reply) => {
            handled.push(error);
            return reply.send('handled');
          });
        },
      );
      expect((await fetch(url)).headers.get('content-type')).to.equal('application/problem+json');
      expect(handled).to.deep.equal([]);
    });

    it('are written to the console where Fastify has no logger, and nobody else is told', async () => {
      logged = new LoggedFastify();
      const fastify = Fastify();
      const fail = defineHandler('/', () => {
        throw broken;
      });
      await fastify.register(toFastify(createApp({ handlers: [fail], development: false })));
      const { error } = console;
      const written: unknown[] = [];
      console.error = (...values: unknown[]) => void written.push(...values);
      try {
        expect((await fastify.inject('/')).statusCode).to.equal(500);
      } finally {
        console.error = error;
        await fastify.close();
      }
      expect(written).to.deep.equal([broken]);
    });

    it('of a stream reach it once, and break the connection', async () => {
      const running = await start({
        ...breakingStreams(broken),
        '/at-once': () => new ReadableStream({ pull: () => Promise.reject(broken) }),
      });
      for (const path of ['/iterable', '/readable', '/written', '/at-once']) {
        logged.lines.length = 0;
        told.length = 0;
        const answered = await ask(running, { path }).catch(() => undefined);
        // What was written just before the failure may be lost with the connection.
        if (answered !== undefined) {
          expect([answered.message.statusCode, answered.broken], path).to.deep.equal([200, true]);
          expect('first', path).to.satisfy((all: string) => all.startsWith(answered.text));
        }
        expect(logged.errors, path).to.deep.equal([broken.message]);
        expect(told, path).to.deep.equal([broken]);
      }
    });

    it('of hooks after the handler are the matter of Fastify', async () => {
      const { url } = await start({ '/': () => 'text' }, '', {}, (fastify) => {
        fastify.addHook('onSend', async () => {
          throw broken;
        });
      });
      const response = await fetch(url);
      expect([response.status, response.headers.get('content-type')]).to.deep.equal([
        500,
        'application/json; charset=utf-8',
      ]);
      expect(told).to.deep.equal([]);
    });

    it('of hooks after the handler may be answered by an error handler with an object', async () => {
      const { url } = await start({ '/': () => 'text' }, '', {}, (fastify) => {
        let failed = false;
        fastify.addHook('onSend', async (_request, _reply, payload) => {
          if (failed) return payload;
          failed = true;
          throw broken;
        });
        fastify.setErrorHandler((_error, _request, reply) => reply.code(502).send({ handled: true }));
      });
      const response = await fetch(url);
      expect([response.status, await response.json()]).to.deep.equal([502, { handled: true }]);
    });
  });

  describe('a stream that nobody will send', () => {
    it('is stopped, and its handler released, when a hook puts another body there', async () => {
      const { app, released } = endlessApp();
      logged = new LoggedFastify();
      logged.fastify.addHook('onSend', async () => 'other');
      await logged.fastify.register(toFastify(app));
      expect(await textOf((await logged.start()).url)).to.equal('other');
      await released;
    });

    it('is stopped, and its handler released, when a hook fails', async () => {
      const { app, released } = endlessApp();
      logged = new LoggedFastify();
      logged.fastify.addHook('onSend', async () => {
        throw new Error('upstream');
      });
      await logged.fastify.register(toFastify(app));
      expect((await fetch((await logged.start()).url)).status).to.equal(500);
      await released;
    });
  });

  it('lets Fastify wait for its streams when it closes', async () => {
    let goOn: () => void = () => {};
    const running = await start(
      {
        '/stream': async ({ response }) => {
          response.write('one ');
          await response.flush();
          await new Promise<void>((resolve) => {
            goOn = resolve;
          });
          response.write('two');
        },
      },
      '',
      { forceCloseConnections: false },
    );
    const client = request({ host: '127.0.0.1', port: running.port, path: '/stream', agent: false }).end();
    const [message] = (await once(client, 'response')) as [Readable];
    await once(message.setEncoding('utf8'), 'readable');
    const closed = running.close();
    goOn();
    let text = '';
    for await (const chunk of message) text += chunk as string;
    expect(text).to.equal('one two');
    await closed;
    expect((logged.fastify.server.address() as AddressInfo | null)?.port).to.equal(undefined);
  });

  it('lets Fastify close without waiting for endless streams, where a hook closes the application first', async () => {
    const app = appOf({
      '/endless': async function* ({ signal }) {
        yield 'x';
        await once(signal, 'abort');
      },
    });
    logged = new LoggedFastify({ forceCloseConnections: false });
    logged.fastify.addHook('preClose', () => app.close({ graceMs: 0 }));
    await logged.fastify.register(toFastify(app));
    const { port, close } = await logged.start();
    const client = request({ host: '127.0.0.1', port, path: '/endless', agent: false }).end();
    const [message] = (await once(client, 'response')) as [Readable];
    message.on('error', () => {}).resume();
    await close();
    expect(logged.errors).to.deep.equal([]);
  });

  it('leaves two Fastify applications in one process alone with each other', async () => {
    const plugin = toFastify(
      appOf({ '/': ({ native }) => (native as FastifyNative).request.server.getDecorator('name') }),
    );
    logged = new LoggedFastify();
    const other = Fastify();
    logged.fastify.decorate('name', 'one');
    other.decorate('name', 'two');
    await logged.fastify.register(plugin);
    await other.register(plugin);
    expect((await logged.fastify.inject('/')).payload).to.equal('one');
    expect((await other.inject('/')).payload).to.equal('two');
    await other.close();
  });
});
