import { once } from 'node:events';
import type { ClientHttp2Stream, Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { createApp, defineHandler, type HandlerApp, type HttpContext, HttpException } from '@verbena/core';
import { certificate, handlerApp } from '@verbena/test-hosts';
import { expect } from 'chai';
import { answerOn, Http2Client } from './client.test-support.js';
import type { NodeNative } from './request.js';
import { type RunningServer, serve } from './serve.js';

describe('serve, over HTTP/2', () => {
  let server: RunningServer;
  let client: Http2Client;
  /** What reached the application's `onError`. */
  let told: unknown[];

  afterEach(async () => {
    client.destroy();
    await server.close({ graceMs: 0 });
  });

  function appOf(actions: Readonly<Record<string, (context: HttpContext) => unknown>>): HandlerApp {
    told = [];
    return handlerApp(actions, told);
  }

  async function start(actions: Readonly<Record<string, (context: HttpContext) => unknown>>): Promise<void> {
    server = await serve(appOf(actions), { port: 0, host: '127.0.0.1', http2: true, tls: certificate, signals: [] });
    client = new Http2Client(server.url);
  }

  it('answers, with verb, URL, address and what TLS says', async () => {
    await start({
      '/echo/:name': ({ request }) => ({
        verb: request.verb,
        url: request.url.href,
        name: request.params['name'],
        ip: request.ip,
        secure: request.secure,
        headers: [...request.headers].filter(([name]) => name.startsWith('x-') || name.startsWith(':')),
      }),
    });
    const { status, text } = await client.ask({ ':path': '/echo/a%20b?q=1', ':method': 'PUT', 'x-own': 'yes' });
    expect(status).to.equal(200);
    expect(JSON.parse(text)).to.deep.equal({
      verb: 'PUT',
      url: `${server.url}/echo/a%20b?q=1`,
      name: 'a b',
      ip: '127.0.0.1',
      secure: true,
      headers: [['x-own', 'yes']],
    });
  });

  it('answers the same clients without TLS when they know beforehand', async () => {
    server = await serve(appOf({ '/': ({ request }) => request.url.protocol }), { port: 0, http2: true, signals: [] });
    client = new Http2Client(server.url);
    expect(server.url).to.equal(`http://localhost:${server.port}`);
    expect((await client.ask({ ':path': '/' })).text).to.equal('http:');
  });

  it('answers clients of HTTP/1.1 on the same port', async () => {
    await start({ '/': ({ native }) => (native as NodeNative).message.httpVersion });
    const sent = httpsRequest({ host: 'localhost', port: server.port, ca: certificate.cert, agent: false });
    sent.end();
    const [message] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
    message.setEncoding('utf8');
    const [text] = (await once(message, 'data')) as [string];
    expect(text).to.equal('1.1');
    expect((await client.ask({ ':path': '/' })).text).to.equal('2.0');
  });

  it('gives handlers the objects of the compatibility API', async () => {
    await start({
      '/': ({ native }) => {
        const { message, response } = native as { message: Http2ServerRequest; response: Http2ServerResponse };
        return String(message.stream === response.stream);
      },
    });
    expect((await client.ask({ ':path': '/' })).text).to.equal('true');
  });

  it('answers many streams of one connection at once, and does not mix them', async () => {
    const waiting: (() => void)[] = [];
    await start({
      '/:id': async ({ request }) => {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          if (waiting.length === 50) for (const go of waiting.reverse()) go();
        });
        return `answer ${request.params['id']} for ${request.headers.get('x-id')}`;
      },
    });
    const ids = Array.from({ length: 50 }, (_, id) => String(id));
    const texts = await Promise.all(ids.map(async (id) => (await client.ask({ ':path': `/${id}`, 'x-id': id })).text));
    expect(texts).to.deep.equal(ids.map((id) => `answer ${id} for ${id}`));
  });

  it('takes and gives bodies larger than the windows', async () => {
    await start({ 'POST /': async ({ request }) => (await request.bytes()).reverse() });
    const body = Uint8Array.from({ length: 900_000 }, (_, index) => index % 251);
    const stream = client.begin({ ':path': '/', ':method': 'POST' }, true);
    stream.end(body);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).equals(body.reverse())).to.equal(true);
  });

  it('sends no field about its connection, whatever the handler sets (RFC 9113, 8.2.2)', async () => {
    const set = ({ response }: HttpContext): void => {
      response.headers.set('connection', 'close');
      for (const name of ['http2-settings', 'te', 'upgrade']) response.headers.set(name, 'other');
    };
    await start({
      '/whole': (context) => {
        set(context);
        return 'fine';
      },
      '/stream': async function* (context) {
        set(context);
        yield 'fine';
      },
    });
    for (const path of ['/whole', '/stream']) {
      const { status, headers, text } = await client.ask({ ':path': path });
      expect([status, text], path).to.deep.equal([200, 'fine']);
      expect(headers, path).to.not.have.any.keys('connection', 'http2-settings', 'te', 'upgrade');
    }
  });

  it('sends a repeated field as one list, and each cookie for itself', async () => {
    await start({
      '/': async function* ({ response }) {
        response.headers.set('x-content-type-options', ['nosniff', 'nosniff']);
        response.headers.set('set-cookie', ['a=1', 'b=2']);
        yield 'fine';
      },
    });
    const { headers, text } = await client.ask({ ':path': '/' });
    expect(text).to.equal('fine');
    expect(headers).to.include({ 'x-content-type-options': 'nosniff, nosniff' });
    expect(headers['set-cookie']).to.deep.equal(['a=1', 'b=2']);
  });

  it('breaks off a stream whose head Node refuses, says why, and returns it', async () => {
    let end: (value: unknown) => void;
    const ended = new Promise((resolve) => (end = resolve));
    await start({
      '/': async function* ({ native }) {
        (native as NodeNative).response.setHeader('http2-settings', 'other');
        try {
          yield 'text';
        } finally {
          end(undefined);
        }
      },
      '/next': () => 'next',
    });
    const { error } = console;
    const said: unknown[] = [];
    console.error = (failure: unknown) => said.push(failure);
    try {
      expect(await client.ask({ ':path': '/' })).to.include({ status: 0, code: 2 });
    } finally {
      console.error = error;
    }
    expect(said).to.have.length(1);
    expect(said[0]).to.have.property('code', 'ERR_HTTP2_INVALID_CONNECTION_HEADERS');
    await ended;
    expect((await client.ask({ ':path': '/next' })).text).to.equal('next');
  });

  it('answers HEAD, 204 and 304 without content', async () => {
    await start({
      '/text': () => 'text',
      '/nothing': () => {},
      '/same': ({ response }) => {
        response.status = 304;
        response.headers.set('etag', '"a"');
      },
    });
    const head = await client.ask({ ':path': '/text', ':method': 'HEAD' });
    expect([head.status, head.text, head.headers['content-length'], head.code]).to.deep.equal([200, '', '4', 0]);
    const nothing = await client.ask({ ':path': '/nothing' });
    expect([nothing.status, nothing.text, nothing.code]).to.deep.equal([204, '', 0]);
    const same = await client.ask({ ':path': '/same' });
    expect([same.status, same.text, same.headers['etag'], same.code]).to.deep.equal([304, '', '"a"', 0]);
  });

  it('ignores trailers', async () => {
    await start({ 'POST /': ({ request }) => request.text() });
    const stream = client.session.request({ ':path': '/', ':method': 'POST' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '1' }));
    stream.end('body');
    expect((await answerOn(stream)).text).to.equal('body');
  });

  it('gives a session its cookie', async () => {
    server = await serve(
      createApp({
        handlers: [
          defineHandler({ path: '/', session: 'required' }, ({ session }: HttpContext) => session.set('v', 1)),
        ],
      }),
      { port: 0, http2: true, tls: certificate, signals: [] },
    );
    client = new Http2Client(server.url);
    const { headers } = await client.ask({ ':path': '/' });
    expect(headers['set-cookie']).to.have.length(1);
    expect(String(headers['set-cookie'])).to.match(/^verbena\.sid=.*; Secure/);
  });

  it('has one stream cancelled and the others go on', async () => {
    let began: () => void;
    const beginning = new Promise<void>((resolve) => (began = resolve));
    let abort: (reason: unknown) => void;
    const aborting = new Promise<unknown>((resolve) => (abort = resolve));
    let goOn: () => void;
    const going = new Promise<void>((resolve) => (goOn = resolve));
    await start({
      '/left': async ({ signal }) => {
        signal.addEventListener('abort', () => abort(signal.reason));
        began();
        await aborting;
        signal.throwIfAborted();
      },
      '/stays': async ({ signal }) => {
        await going;
        return String(signal.aborted);
      },
    });
    const left = client.begin({ ':path': '/left' });
    const stays = client.ask({ ':path': '/stays' });
    await beginning;
    left.close(8);
    expect(await aborting).to.have.property('name', 'AbortError');
    goOn!();
    expect((await stays).text).to.equal('false');
    expect(told).to.deep.equal([]);
  });

  for (const [how, leave] of [
    ['whose client goes away', () => client.destroy()],
    // A client of Node ends what it closes; here it is too early for that.
    ['that ends before its declared length', (stream) => stream.close(8)],
  ] as [string, (stream: ClientHttp2Stream) => void][]) {
    it(`takes a body ${how} for no whole one`, async () => {
      let began: () => void;
      const beginning = new Promise<void>((resolve) => (began = resolve));
      let end: (outcome: unknown) => void;
      const ending = new Promise<unknown>((resolve) => (end = resolve));
      await start({
        'POST /': async ({ request }) => {
          const reader = request.stream.getReader();
          await reader.read();
          began();
          await reader.read().then(end, end);
        },
      });
      const stream = client.begin({ ':path': '/', ':method': 'POST', 'content-length': '1000' }, true);
      stream.write('only the beginning');
      await beginning;
      leave(stream);
      expect(await ending).to.have.property('name', 'AbortError');
      expect(told).to.deep.equal([]);
    });
  }

  it('breaks off a stream that fails, and says that it failed', async () => {
    const broken = new Error('broken');
    await start({
      '/returned': async function* () {
        yield 'first';
        throw broken;
      },
      '/written': async ({ response }) => {
        response.write('first');
        await response.flush();
        throw broken;
      },
      '/whole': () => 'whole',
    });
    for (const path of ['/returned', '/written']) {
      told.length = 0;
      const { status, code } = await client.ask({ ':path': path });
      expect([status, code], path).to.deep.equal([200, 2]);
      expect(told, path).to.deep.equal([broken]);
    }
    expect((await client.ask({ ':path': '/whole' })).text).to.equal('whole');
  });

  it('refuses a head that is too long, and answers on', async () => {
    await start({ '/': () => 'here' });
    // The limit holds from the moment the client has agreed (RFC 9113, 6.5.3).
    await client.ask({ ':path': '/' });
    expect(await client.ask({ ':path': '/', 'x-long': 'x'.repeat(20_000) })).to.include({ status: 0, code: 11 });
    expect((await client.ask({ ':path': '/', 'x-long': 'x'.repeat(8_000) })).text).to.equal('here');
  });

  it('does not do what no handler could: CONNECT is 501', async () => {
    await start({ '/': () => 'here' });
    const stream = client.session.request({ ':method': 'CONNECT', ':authority': 'other.test:443' });
    expect((await answerOn(stream)).status).to.equal(501);
  });

  it('answers errors as ever', async () => {
    await start({
      '/': () => {
        throw new HttpException(418, 'Short and stout');
      },
    });
    const { status, headers, text } = await client.ask({ ':path': '/' });
    expect([status, headers['content-type']]).to.deep.equal([418, 'application/problem+json']);
    expect(JSON.parse(text)).to.include({ detail: 'Short and stout' });
    expect((await client.ask({ ':path': '/none' })).status).to.equal(404);
  });
});
