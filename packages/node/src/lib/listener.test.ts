import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createApp, type HandlerApp, type HttpContext } from '@verbena/core';
import { ask, handlerApp, listen, type LocalServer } from '@verbena/test-hosts';
import { expect } from 'chai';
import { Http2Client, Wire } from './client.test-support.js';
import { type NodeOptions, toNode } from './listener.js';
import type { NodeNative } from './request.js';

describe('toNode', () => {
  let server: LocalServer | undefined;
  let port: number;
  /** What reached the application's `onError`. */
  let told: unknown[];

  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  function appOf(actions: Readonly<Record<string, (context: HttpContext) => unknown>>): HandlerApp {
    told = [];
    return handlerApp(actions, told);
  }

  async function start(
    actions: Readonly<Record<string, (context: HttpContext) => unknown>>,
    options?: NodeOptions,
  ): Promise<void> {
    server = await listen(createServer(toNode(appOf(actions), options)));
    ({ port } = server);
  }

  const show = ({ request }: HttpContext): unknown => ({
    url: request.url.href,
    path: request.path,
    ip: request.ip,
    secure: request.secure,
  });

  it('answers the requests of a server of your own', async () => {
    await start({ '/a/:b': ({ request }) => `${request.verb} ${request.params['b']}` });
    expect((await ask({ port }, { method: 'PATCH', path: '/a/b%20c' })).text).to.equal('PATCH b c');
  });

  it('answers a path that no mapping has, and a verb that none takes', async () => {
    await start({ 'GET /': () => 'here' });
    const missing = await ask({ port }, { path: '/none' });
    expect(missing.status).to.equal(404);
    expect(missing.message.headers['content-type']).to.equal('application/problem+json');
    const wrong = await ask({ port }, { method: 'POST' });
    expect([wrong.status, wrong.message.headers.allow]).to.deep.equal([405, 'GET, HEAD']);
  });

  it('answers under node:http2 as well', async () => {
    const http2 = createHttp2Server(toNode(appOf({ '/': () => 'two' }))).listen(0, '127.0.0.1');
    await once(http2, 'listening');
    const client = new Http2Client(`http://127.0.0.1:${(http2.address() as AddressInfo).port}`);
    expect((await client.ask({ ':path': '/' })).text).to.equal('two');
    client.destroy();
    await new Promise((resolve) => http2.close(resolve));
  });

  it('gives handlers the message and the response of Node', async () => {
    await start({
      '/': ({ native }) => {
        const { message, response } = native as NodeNative;
        response.setHeader('x-own', 'yes');
        return message.url;
      },
    });
    const { message, text } = await ask({ port }, { path: '/?a=b' });
    expect([message.headers['x-own'], text]).to.deep.equal(['yes', '/?a=b']);
  });

  it('leaves an answer alone that a handler has sent by itself', async () => {
    await start({
      '/': ({ native }) => {
        (native as NodeNative).response.writeHead(202).end('own');
      },
    });
    const { status, text } = await ask({ port });
    expect([status, text, told]).to.deep.equal([202, 'own', []]);
  });

  for (const path of ['/whole', '/stream', '/touched-stream']) {
    it(`breaks off an answer that Node refuses to send, says why, and goes on: ${path}`, async () => {
      await start({
        '/whole': ({ native }) => {
          (native as NodeNative).response.statusMessage = 'no\r\nmessage';
          return 'text';
        },
        '/stream': async function* ({ native }) {
          (native as NodeNative).response.statusMessage = 'no\r\nmessage';
          yield 'text';
        },
        '/touched-stream': async function* ({ native }) {
          const { response } = native as NodeNative;
          response.setHeader('x-own', 'yes');
          response.statusMessage = 'no\r\nmessage';
          yield 'text';
        },
        '/next': () => 'next',
      });
      const { error } = console;
      const said: unknown[] = [];
      console.error = (failure: unknown) => said.push(failure);
      try {
        expect(await ask({ port }, { path }).catch((failure: unknown) => failure)).to.be.an('error');
      } finally {
        console.error = error;
      }
      expect(said).to.have.length(1);
      expect(said[0]).to.have.property('code', 'ERR_INVALID_CHAR');
      expect((await ask({ port }, { path: '/next' })).text).to.equal('next');
    });
  }

  it('takes targets as they come', async () => {
    await start({ '/**': show, 'OPTIONS /x': () => 'x' });
    expect(JSON.parse((await ask({ port }, { path: 'http://other.test/a?b' })).text)).to.include({
      url: 'http://other.test/a?b',
      path: '/a',
    });
    expect((await ask({ port }, { path: '//other.test/a' })).status).to.equal(200);
    expect((await ask({ port }, { path: '/%zz' })).status).to.equal(400);
    expect((await ask({ port }, { method: 'OPTIONS', path: '*' })).status).to.equal(404);
  });

  it('aborts what a client asked that ends its side too early', async () => {
    let abort: (reason: unknown) => void;
    const aborted = new Promise<unknown>((resolve) => (abort = resolve));
    await start({
      '/': async ({ signal }) => {
        await once(signal, 'abort');
        abort(signal.reason);
      },
    });
    const wire = new Wire(port).get('/');
    wire.socket.end();
    expect(await aborted).to.have.property('name', 'AbortError');
    await wire.ended;
    wire.destroy();
  });

  describe('behind proxies', () => {
    const headers = {
      'x-forwarded-for': '192.0.2.1, 203.0.113.7, 198.51.100.2',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'public.example',
      host: 'inner.example',
    };

    async function seen(
      trustedProxies: number | undefined,
      fields: Record<string, string> = headers,
    ): Promise<unknown> {
      await start({ '/': show }, trustedProxies === undefined ? {} : { trustedProxies });
      return JSON.parse((await ask({ port }, { headers: fields })).text) as unknown;
    }

    it('believes none of what they say by default', async () => {
      expect(await seen(undefined)).to.deep.equal({
        url: 'http://inner.example/',
        path: '/',
        ip: '127.0.0.1',
        secure: false,
      });
    });

    it('believes the one it is told of', async () => {
      expect(await seen(1)).to.deep.equal({
        url: 'https://public.example/',
        path: '/',
        ip: '198.51.100.2',
        secure: true,
      });
    });

    it('believes as many as it is told of, and not what clients write before them', async () => {
      expect(await seen(2)).to.deep.include({ ip: '203.0.113.7' });
    });

    it('takes the first where there are fewer', async () => {
      expect(await seen(9)).to.deep.include({ ip: '192.0.2.1', secure: true });
    });

    it('sees for itself what they do not say', async () => {
      expect(await seen(1, { host: 'inner.example', 'x-forwarded-for': '' })).to.deep.equal({
        url: 'http://inner.example/',
        path: '/',
        ip: '127.0.0.1',
        secure: false,
      });
    });

    it('refuses what is no count', () => {
      for (const trustedProxies of [-1, 1.5, Number.NaN]) {
        expect(() => toNode(createApp({ handlers: [] }), { trustedProxies })).to.throw(
          RangeError,
          `trustedProxies is ${trustedProxies}; give the number`,
        );
      }
    });
  });
});
