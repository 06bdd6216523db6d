import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HandlerApp, type HttpContext } from '@verbena/core';
import { ask, handlerApp, type LocalServer } from '@verbena/test-hosts';
import { expect } from 'chai';
import express, { type Application, type ErrorRequestHandler, type RequestHandler } from 'express';
import { startExpress } from './express-server.test-support.js';
import { toExpress } from './middleware.js';
import type { ExpressNative } from './request.js';

type Act = (context: HttpContext) => unknown;

describe('toExpress', () => {
  let server: LocalServer | undefined;
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

  async function listen(host: Application): Promise<LocalServer> {
    server = await startExpress(host);
    return server;
  }

  const passedOn: RequestHandler = (_req, res) => {
    res.send('passed on');
  };

  /** Starts an Express application with the handlers between the middleware given and a page of Express' own. */
  function start(handlers: Readonly<Record<string, Act>>, ...outer: readonly RequestHandler[]): Promise<LocalServer> {
    const host = express();
    for (const middleware of outer) host.use(middleware);
    return listen(host.use(toExpress(appOf(handlers)), passedOn));
  }

  it('gives the handler req and res as context.native', async () => {
    const { url } = await start(
      {
        '/': ({ native }) => {
          const { req, res } = native as ExpressNative;
          return `${res.locals['user']} of ${req.app.get('env')}`;
        },
      },
      (_req, res, next) => {
        res.locals['user'] = 'ada';
        next();
      },
    );
    expect(await (await fetch(url)).text()).to.equal('ada of test');
  });

  it('leaves an answer alone that a handler has sent past it', async () => {
    const { url } = await start({
      '/': ({ native }) => void (native as ExpressNative).res.status(202).set('x-own', '1').send('own'),
    });
    const response = await fetch(url);
    expect([response.status, response.headers.get('x-own'), await response.text()]).to.deep.equal([202, '1', 'own']);
    expect(told).to.deep.equal([]);
  });

  describe('mounted', () => {
    const where: Act = ({ request: { path, url }, native }) => [
      path,
      url.pathname,
      (native as ExpressNative).req.params,
    ];

    async function asked(host: Application, ...paths: readonly string[]): Promise<unknown[]> {
      const running = await listen(host);
      return Promise.all(
        paths.map(async (path) => {
          const { text } = await ask(running, { path });
          return text.startsWith('[') ? (JSON.parse(text) as unknown) : text;
        }),
      );
    }

    it('below a path sees what is below, and the whole URL', async () => {
      const host = express().use('/api', toExpress(appOf({ '/': where, '/a/:b': where })), passedOn);
      expect(await asked(host, '/api', '/api/', '/api?q', '/API/a/b', '/api/x')).to.deep.equal([
        ['/', '/api', {}],
        ['/', '/api/', {}],
        ['/', '/api', {}],
        ['/a/b', '/API/a/b', {}],
        'passed on',
      ]);
    });

    it('in a router of a router sees what is below both', async () => {
      const inner = express.Router().use('/b', toExpress(appOf({ '/c': where })));
      const host = express().use('/a', express.Router().use(inner), passedOn);
      expect(await asked(host, '/a/b/c', '/a/b/d')).to.deep.equal([['/c', '/a/b/c', {}], 'passed on']);
    });

    it('in an application of an application sees what is below both', async () => {
      const host = express().use('/a', express().use('/b', toExpress(appOf({ '/c': where }))));
      expect(await asked(host, '/a/b/c')).to.deep.equal([['/c', '/a/b/c', {}]]);
    });

    it('below a path with parameters leaves those in req.params', async () => {
      const host = express().use('/:tenant', toExpress(appOf({ '/orders/:id': where })));
      expect(await asked(host, '/acme%20co/orders/7')).to.deep.equal([
        ['/orders/7', '/acme%20co/orders/7', { tenant: 'acme co' }],
      ]);
    });

    it('heeds the case of the path where the host application does', async () => {
      const host = express().set('case sensitive routing', true);
      host.use('/api', toExpress(appOf({ '/a': where }))).use(passedOn);
      expect(await asked(host, '/api/a', '/API/a')).to.deep.equal([['/a', '/api/a', {}], 'passed on']);
    });

    it('several times answers below each, and passes on where none has the path', async () => {
      const app = appOf({ '/a': where });
      const host = express().use('/one', toExpress(app)).use('/two', toExpress(app)).use(passedOn);
      expect(await asked(host, '/one/a', '/two/a', '/one/b')).to.deep.equal([
        ['/a', '/one/a', {}],
        ['/a', '/two/a', {}],
        'passed on',
      ]);
    });

    it('as a route sees the whole path', async () => {
      const host = express().get('/a/:b', toExpress(appOf({ '/a/b': where })));
      expect(await asked(host, '/a/b')).to.deep.equal([['/a/b', '/a/b', { b: 'b' }]]);
    });

    it('understands a target in absolute form', async () => {
      const host = express().use('/api', toExpress(appOf({ '/a': where, '/': where })));
      expect(await asked(host, 'http://example.org/api/a?q', 'http://example.org/api')).to.deep.equal([
        ['/a', '/api/a', {}],
        ['/', '/api', {}],
      ]);
    });

    it('below no path answers OPTIONS * where a mapping has it, and passes it on where none has', async () => {
      const running = await start({ 'GET /mine': () => 'mine' });
      expect((await ask(running, { method: 'OPTIONS', path: '*' })).text).to.equal('passed on');
      await running.close();
      const all = await start({ 'OPTIONS *': () => 'all' });
      expect((await ask(all, { method: 'OPTIONS', path: '*' })).text).to.equal('all');
    });
  });

  it('answers between files that Express sends', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'verbena-express-'));
    try {
      await writeFile(join(folder, 'file.txt'), 'a file');
      await writeFile(join(folder, 'mine'), 'hidden');
      const host = express().use(toExpress(appOf({ 'GET /mine': () => 'mine' })), express.static(folder), passedOn);
      const { url } = await listen(host);
      for (const [path, text] of [
        ['/mine', 'mine'],
        ['/file.txt', 'a file'],
        ['/nothing', 'passed on'],
      ]) {
        expect(await (await fetch(url + path)).text()).to.equal(text);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  describe('errors', () => {
    const broken = new Error('the secret');

    /** Starts the handlers with error middleware after them, and gives what that is told. */
    async function watched(
      handlers: Readonly<Record<string, Act>>,
    ): Promise<{ running: LocalServer; seen: unknown[] }> {
      const seen: unknown[] = [];
      const watch: ErrorRequestHandler = async (error, _req, res, _next) => {
        await Promise.resolve();
        seen.push(error);
        res.status(500).send('of Express');
      };
      return { running: await listen(express().use(toExpress(appOf(handlers)), watch)), seen };
    }

    it('reach onError once, are answered, and are no matter of error middleware', async () => {
      const { running, seen } = await watched({
        '/': () => {
          throw broken;
        },
      });
      const response = await fetch(running.url);
      expect(response.status).to.equal(500);
      expect(response.headers.get('content-type')).to.equal('application/problem+json');
      expect(await response.text()).to.not.contain('secret');
      expect(told).to.deep.equal([broken]);
      expect(seen).to.deep.equal([]);
    });

    it('of later middleware are the host application\u2019s own matter', async () => {
      const host = express().use(toExpress(appOf({ '/mine': () => 'mine' })), () => {
        throw broken;
      });
      const seen: unknown[] = [];
      const watch: ErrorRequestHandler = (error, _req, res, _next) => {
        seen.push(error);
        res.status(503).end();
      };
      const { url } = await listen(host.use(watch));
      expect((await fetch(`${url}/other`)).status).to.equal(503);
      expect(seen).to.deep.equal([broken]);
      expect(told).to.deep.equal([]);
    });

    it('of the answer itself, which none should have, reach error middleware', async () => {
      const { running, seen } = await watched({
        '/': ({ native }) => {
          const res = (native as ExpressNative).res as Partial<ExpressNative['res']>;
          res.setHeader = () => {
            delete res.setHeader;
            throw broken;
          };
          return 'text';
        },
      });
      expect((await ask(running, {})).text).to.equal('of Express');
      expect(seen).to.deep.equal([broken]);
    });
  });

  it('leaves two Express applications in one process alone with each other', async () => {
    const middleware = toExpress(
      appOf({ '/': ({ native }) => (native as ExpressNative).req.app.get('name') as string }),
    );
    const servers = await Promise.all(
      ['one', 'two'].map((name) => startExpress(express().set('name', name).use(middleware))),
    );
    try {
      const texts = await Promise.all(servers.map(async ({ url }) => (await fetch(url)).text()));
      expect(texts).to.deep.equal(['one', 'two']);
    } finally {
      for (const running of servers) await running.close();
    }
  });
});
