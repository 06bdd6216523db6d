import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { createGunzip } from 'node:zlib';
import { createApp, defineHandler, type HttpContext } from '@verbena/core';
import { ask, type LocalServer } from '@verbena/test-hosts';
import { expect } from 'chai';
import compression from 'compression';
import express, { type Application, type RequestHandler } from 'express';
import { startExpress } from './express-server.test-support.js';
import { toExpress } from './middleware.js';

describe('an answer sent by Express', () => {
  let server: LocalServer | undefined;

  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  function start(act: (context: HttpContext) => unknown, ...outer: readonly RequestHandler[]): Promise<LocalServer> {
    const host = express();
    for (const middleware of outer) host.use(middleware);
    return startWith(host, act);
  }

  async function startWith(host: Application, act: (context: HttpContext) => unknown): Promise<LocalServer> {
    const handlers = [defineHandler('/', (context: HttpContext) => act(context))];
    server = await startExpress(host.use(toExpress(createApp({ handlers, development: false, onError: () => {} }))));
    return server;
  }

  it('has no ETag of its own, and none that the host application would make', async () => {
    const running = await startWith(express().set('etag', 'strong'), () => 'text');
    expect((await ask(running, {})).message.headers).to.not.have.property('etag');
  });

  it('keeps what middleware has set: fields, cookies, names in Vary', async () => {
    const running = await start(
      ({ response }) => {
        response.cookies.set('handler', '1');
        response.headers.append('vary', 'Accept');
        response.headers.set('x-both', 'handler');
      },
      (_req, res, next) => {
        res.cookie('before', '1').vary('Accept-Encoding').set({ 'x-both': 'before', 'x-before': 'before' });
        next();
      },
    );
    const { headers } = await fetch(running.url);
    expect(headers.getSetCookie().map((line) => line.split('=')[0])).to.deep.equal(['before', 'handler']);
    expect(headers.get('vary')).to.equal('Accept-Encoding, Accept');
    expect([headers.get('x-both'), headers.get('x-before')]).to.deep.equal(['handler', 'before']);
  });

  it('has X-Powered-By unless the host application leaves it out', async () => {
    const named = await ask(await start(() => 'x'), {});
    expect(named.message.headers['x-powered-by']).to.equal('Express');
    await server?.close();
    const unnamed = await ask(await startWith(express().disable('x-powered-by'), () => 'x'), {});
    expect(unnamed.message.headers).to.not.have.property('x-powered-by');
  });

  it('is seen by middleware that waits for its head and its end', async () => {
    let tell: (seen: unknown[]) => void;
    const seen = new Promise<unknown[]>((resolve) => {
      tell = resolve;
    });
    const running = await start(
      ({ response }) => {
        response.status = 201;
        return 'made';
      },
      (_req, res, next) => {
        const { writeHead } = res;
        Object.assign(res, {
          writeHead(this: typeof res, ...args: Parameters<typeof writeHead>) {
            this.setHeader('x-response-time', '1ms');
            return Reflect.apply(writeHead, this, args) as unknown;
          },
        });
        res.once('finish', () => tell([res.statusCode, res.get('content-length')]));
        next();
      },
    );
    expect((await fetch(running.url)).headers.get('x-response-time')).to.equal('1ms');
    expect(await seen).to.deep.equal([201, '4']);
  });

  it('is sent by nobody twice where middleware has answered already', async () => {
    let tell: (settled: string) => void;
    const settled = new Promise<string>((resolve) => {
      tell = resolve;
    });
    const running = await start(
      async function* () {
        try {
          yield 'late';
        } finally {
          tell('stopped');
        }
      },
      (_req, res, next) => {
        res.status(503).send('too late');
        next();
      },
    );
    const response = await fetch(running.url);
    expect([response.status, await response.text()]).to.deep.equal([503, 'too late']);
    await settled;
  });

  describe('behind compression', () => {
    it('is compressed, text as well as a stream', async () => {
      const long = 'hello '.repeat(1000);
      for (const act of [
        () => long,
        async function* () {
          yield long.slice(0, 3000);
          yield long.slice(3000);
        },
      ]) {
        const running = await start(act, compression());
        const response = await fetch(running.url, { headers: { 'accept-encoding': 'gzip' } });
        expect(response.headers.get('content-encoding')).to.equal('gzip');
        expect(response.headers.get('vary')).to.equal('Accept-Encoding');
        expect(await response.text()).to.equal(long);
        await running.close();
      }
    });

    it('comes piece by piece, each as soon as it is there', async () => {
      const asked: (() => void)[] = [];
      const running = await start(async function* ({ response }) {
        response.type = 'text/plain';
        for (const piece of ['one', 'two', 'three']) {
          yield piece;
          // The next is made when the client has seen this one.
          await new Promise<void>((resolve) => asked.push(resolve));
        }
      }, compression());
      const client = httpRequest({ host: '127.0.0.1', port: running.port, headers: { 'accept-encoding': 'gzip' } });
      client.end();
      const [message] = (await once(client, 'response')) as [IncomingMessage];
      expect(message.headers['content-encoding']).to.equal('gzip');
      const pieces: string[] = [];
      for await (const piece of message.pipe(createGunzip())) {
        pieces.push(String(piece));
        asked.shift()?.();
      }
      expect(pieces).to.deep.equal(['one', 'two', 'three']);
    });

    it('waits for a slow client without piling up listeners', async () => {
      const warnings: Error[] = [];
      const onWarning = (warning: Error): number => warnings.push(warning);
      process.on('warning', onWarning);
      try {
        const chunk = new Uint8Array(65_536).map(() => Math.floor(Math.random() * 256));
        const running = await start(
          async function* ({ response }) {
            response.type = 'text/plain';
            for (let count = 0; count < 200; count += 1) yield chunk;
          },
          compression({ level: 0 }),
        );
        const response = await fetch(running.url, { headers: { 'accept-encoding': 'gzip' } });
        expect(response.headers.get('content-encoding')).to.equal('gzip');
        expect((await response.arrayBuffer()).byteLength).to.equal(200 * chunk.length);
        await new Promise((resolve) => setImmediate(resolve));
        expect(warnings.map(String)).to.deep.equal([]);
      } finally {
        process.off('warning', onWarning);
      }
    });

    it('breaks the connection when it fails', async () => {
      const running = await start(async function* ({ response }) {
        response.type = 'text/plain';
        yield 'first';
        throw new Error('broken');
      }, compression());
      const answered = await ask(running, { headers: { 'accept-encoding': 'gzip' } }).catch((error: unknown) => error);
      expect(answered instanceof Error || (answered as { broken: boolean }).broken).to.equal(true);
    });
  });
});
