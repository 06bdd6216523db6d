import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { createApp, defineHandler, type HandlerApp, type HttpContext } from '@verbena/core';
import { ask, certificate } from '@verbena/test-hosts';
import { expect } from 'chai';
import { answerOn, Http2Client, Wire } from './client.test-support.js';
import { type RunningServer, serve, type ServeOptions } from './serve.js';

/** Something that happens once, to be waited for. */
class Event<Value = void> {
  happen!: (value: Value) => void;
  readonly happened: Promise<Value> = new Promise((resolve) => (this.happen = resolve));
}

describe('close of a served application', () => {
  let server: RunningServer;
  let client: Http2Client | undefined;
  let entered: Event;
  let goOn: Event;
  let later: Event;
  let left: Event<unknown>;
  const wires: Wire[] = [];

  beforeEach(() => {
    entered = new Event();
    goOn = new Event();
    later = new Event();
    left = new Event();
  });

  afterEach(async () => {
    for (const wire of wires.splice(0)) wire.destroy();
    client?.destroy();
    client = undefined;
    await server.close({ graceMs: 0 });
  });

  function appOf(): HandlerApp {
    return createApp({
      development: false,
      onError: () => {},
      handlers: [
        defineHandler('/quick', () => 'quick'),
        defineHandler('/slow', async () => {
          entered.happen();
          await goOn.happened;
          return 'slow';
        }),
        defineHandler('/later', async () => {
          await later.happened;
          return 'later';
        }),
        defineHandler('/heedful', async ({ signal }: HttpContext) => {
          entered.happen();
          await once(signal, 'abort');
          left.happen(signal.reason);
          signal.throwIfAborted();
        }),
        defineHandler('/events', async function* ({ signal }: HttpContext) {
          yield 'data: 1\n\n';
          entered.happen();
          await Promise.race([goOn.happened, once(signal, 'abort')]);
          if (signal.aborted) left.happen(signal.reason);
          yield 'data: 2\n\n';
        }),
        defineHandler('/large', () => {
          entered.happen();
          return Buffer.alloc(20_000_000, 'x');
        }),
        defineHandler('/endless', async function* () {
          entered.happen();
          for (;;) yield 'x'.repeat(65_536);
        }),
        defineHandler('POST /body', async ({ request }: HttpContext) => {
          entered.happen();
          return request.text();
        }),
      ],
    });
  }

  async function start(options: ServeOptions = {}): Promise<void> {
    server = await serve(appOf(), { port: 0, host: '127.0.0.1', signals: [], ...options });
  }

  function wire(): Wire {
    const opened = new Wire(server.port);
    wires.push(opened);
    return opened;
  }

  it('takes no more connections, and frees the port', async () => {
    await start();
    await server.close();
    const refused = connect(server.port, '127.0.0.1');
    const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ECONNREFUSED');
  });

  it('gives the same promise when called again', async () => {
    await start();
    const closing = server.close();
    expect(server.close({ graceMs: 1 })).to.equal(closing);
    await closing;
  });

  it('ends idle connections, those nobody used, and halves of requests at once', async () => {
    await start({ graceMs: 60_000 });
    const used = wire().get('/quick');
    await used.until('quick');
    const unused = wire();
    await once(unused.socket, 'connect');
    const half = wire().send('GET /quick HTTP/1.1\r\nHost: ');
    await once(half.socket, 'connect');
    await server.close();
    await Promise.all([used.ended, unused.ended, half.ended]);
  });

  it('lets a request under way come to its end, and says that the connection closes', async () => {
    await start({ graceMs: 60_000 });
    const agent = new Agent({ keepAlive: true });
    const asked = ask(server, { path: '/slow', agent });
    await entered.happened;
    const closing = server.close();
    goOn.happen();
    const { text, message } = await asked;
    expect([text, message.headers.connection]).to.deep.equal(['slow', 'close']);
    await closing;
  });

  it('answers requests that were sent at once with the one under way', async () => {
    await start({ graceMs: 60_000 });
    const pipelined = wire().get('/slow').get('/quick');
    await entered.happened;
    const closing = server.close();
    goOn.happen();
    await Promise.all([pipelined.ended, closing]);
    expect(pipelined.text).to.match(/^HTTP\/1\.1 200 [^]*slowHTTP\/1\.1 200 [^]*quick$/);
  });

  for (const [path, status] of [
    ['/quick', 503],
    ['/none', 404],
  ] as const) {
    it(`ends a connection after a request that still came on it: ${path}`, async () => {
      await start({ graceMs: 60_000 });
      const busy = wire().get('/events');
      await entered.happened;
      const closing = server.close();
      const arrived = once(server.server, 'request');
      busy.get(path);
      await arrived;
      goOn.happen();
      await Promise.all([busy.ended, closing]);
      expect(busy.text).to.match(new RegExp(`data: 2[^]*HTTP/1\\.1 ${status} [^]*connection: close`, 'i'));
    });
  }

  it('answers such a request where the application goes on under another server', async () => {
    const app = appOf();
    const first = await serve(app, { port: 0, host: '127.0.0.1', signals: [], graceMs: 60_000 });
    server = await serve(app, { port: 0, host: '127.0.0.1', signals: [] });
    const busy = new Wire(first.port).get('/events');
    wires.push(busy);
    await entered.happened;
    const closing = first.close();
    const arrived = once(first.server, 'request');
    busy.get('/later');
    await arrived;
    goOn.happen();
    await busy.until('data: 2\n\n\r\n0\r\n\r\n');
    later.happen();
    await Promise.all([busy.ended, closing]);
    expect(busy.text).to.match(/later$/);
  });

  it('lets a stream come to its end, and ends its connection then', async () => {
    await start({ graceMs: 60_000 });
    const listening = wire().get('/events');
    await listening.until('data: 1');
    const closing = server.close();
    goOn.happen();
    await Promise.all([listening.ended, closing]);
    expect(listening.text).to.match(/data: 2\n\n\r\n0\r\n\r\n$/);
  });

  it('does not cut off an answer that its client is still taking', async () => {
    await start({ graceMs: 60_000 });
    const taking = wire().get('/large');
    await taking.until('\r\n\r\n');
    taking.socket.pause();
    const closing = server.close();
    taking.socket.resume();
    await Promise.all([taking.ended, closing]);
    expect(taking.text.length - taking.text.indexOf('\r\n\r\n') - 4).to.equal(20_000_000);
  });

  it('breaks off, after graceMs, what is under way: a stream', async () => {
    await start({ graceMs: 30 });
    const listening = wire().get('/events');
    await listening.until('data: 1');
    await server.close();
    await listening.ended;
    expect(await left.happened).to.have.property('message', 'The application is closing');
    expect(listening.text).to.not.contain('\r\n0\r\n\r\n');
  });

  it('breaks off, after graceMs, what is under way: a handler, whose client is told', async () => {
    await start({ graceMs: 30 });
    const waiting = wire().get('/heedful');
    await entered.happened;
    await server.close();
    await waiting.ended;
    expect(waiting.text).to.match(/^HTTP\/1\.1 503 [^]*"status":503/);
  });

  it('waits no longer than graceMs for a client that takes nothing, or sends nothing', async () => {
    await start({ graceMs: 30 });
    const deaf = wire();
    deaf.socket.pause();
    deaf.get('/endless');
    await entered.happened;
    entered = new Event();
    const mute = wire().send('POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf');
    await entered.happened;
    await server.close();
    await mute.ended;
  });

  it('waits no longer than graceMs for connections that changed to another protocol', async () => {
    await start({ graceMs: 200 });
    const taken = new Event();
    server.server.on('upgrade', (_message, socket) => {
      socket.on('data', (chunk: Buffer) => socket.write(`echo of ${String(chunk)}`));
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: own\r\n\r\n');
      taken.happen();
    });
    const upgraded = wire().send('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: own\r\n\r\n');
    await upgraded.until('101');
    await taken.happened;
    const closing = server.close();
    await upgraded.send('one').until('echo of one');
    await upgraded.ended;
    await closing;
  });

  it('waits no longer than graceMs for a handshake that never comes', async () => {
    await start({ graceMs: 30, tls: certificate });
    const silent = wire();
    await once(silent.socket, 'connect');
    await server.close();
    await silent.ended;
  });

  for (const protocol of ['http/1.1', 'h2']) {
    it(`ends a connection whose handshake comes to its end only now: ${protocol}`, async () => {
      await start({ graceMs: 60_000, tls: certificate, http2: true });
      const arrived = once(server.server, 'connection');
      const socket = connect(server.port, '127.0.0.1');
      await arrived;
      const closing = server.close();
      const secured = connectTls({ socket, ca: certificate.cert, servername: 'localhost', ALPNProtocols: [protocol] });
      const ended = once(secured, 'close');
      secured.on('error', () => {}).resume();
      await Promise.all([ended, closing]);
    });
  }

  it('resolves when the application has disposed what it holds', async () => {
    const order: string[] = [];
    class Held {
      readonly isReusable = true;
      processRequest(): string {
        return 'held';
      }
      async [Symbol.asyncDispose](): Promise<void> {
        await new Promise(setImmediate);
        order.push('disposed');
      }
    }
    const app = createApp({ handlers: [defineHandler('/', Held)] });
    server = await serve(app, { port: 0, host: '127.0.0.1', signals: [] });
    await ask(server);
    await server.close().then(() => order.push('closed'));
    expect(order).to.deep.equal(['disposed', 'closed']);
  });

  it('closes the application', async () => {
    const app = appOf();
    server = await serve(app, { port: 0, signals: [] });
    await server.close();
    expect((await app.fetch(new Request('http://verbena.test/quick'))).status).to.equal(503);
  });

  it('closes an application that has several servers with the last of them', async () => {
    const app = appOf();
    const first = await serve(app, { port: 0, host: '127.0.0.1', signals: [] });
    server = await serve(app, { port: 0, host: '127.0.0.1', signals: [] });
    await first.close();
    expect((await ask(server, { path: '/quick' })).text).to.equal('quick');
    await server.close();
    expect((await app.fetch(new Request('http://verbena.test/quick'))).status).to.equal(503);
  });

  it('breaks off what an application with other servers has under way on this one', async () => {
    const app = appOf();
    const first = await serve(app, { port: 0, host: '127.0.0.1', signals: [] });
    server = await serve(app, { port: 0, host: '127.0.0.1', signals: [] });
    const asked = ask(first, { path: '/heedful' }).catch((error: unknown) => error);
    await entered.happened;
    await first.close({ graceMs: 1 });
    expect(await asked).to.be.an('error');
    expect(await left.happened).to.have.property('name', 'AbortError');
  });

  describe('over HTTP/2', () => {
    beforeEach(async () => {
      await start({ http2: true, tls: certificate, graceMs: 60_000 });
      client = new Http2Client(server.url);
    });

    it('ends idle sessions at once', async () => {
      await (client as Http2Client).ask({ ':path': '/quick' });
      const ended = once((client as Http2Client).session, 'close');
      await server.close();
      await ended;
    });

    it('says that it goes away, and lets what is under way come to its end', async () => {
      const { session } = client as Http2Client;
      const asked = (client as Http2Client).ask({ ':path': '/slow' });
      await entered.happened;
      const goaway = once(session, 'goaway');
      const closing = server.close();
      expect((await goaway)[0]).to.equal(0);
      goOn.happen();
      expect((await asked).text).to.equal('slow');
      await closing;
    });

    it('breaks off, after graceMs, what is under way', async () => {
      const waited = answerOn((client as Http2Client).begin({ ':path': '/heedful' }));
      await entered.happened;
      entered = new Event();
      const streamed = answerOn((client as Http2Client).begin({ ':path': '/events' }));
      await entered.happened;
      await server.close({ graceMs: 30 });
      expect((await waited).status).to.equal(503);
      expect(await streamed).to.include({ text: 'data: 1\n\n', code: 2 });
    });

    it('does so for clients of HTTP/1.1 as well', async () => {
      const socket = connectTls({ host: 'localhost', port: server.port, ca: certificate.cert });
      let text = '';
      socket.on('data', (chunk) => (text += String(chunk)));
      const ended = once(socket, 'close');
      socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
      const idle = connectTls({ host: 'localhost', port: server.port, ca: certificate.cert }).resume();
      const idleEnded = once(idle, 'close');
      await Promise.all([entered.happened, once(idle, 'secureConnect')]);
      const closing = server.close();
      await idleEnded;
      goOn.happen();
      await Promise.all([ended, closing]);
      expect(text).to.match(/^HTTP\/1\.1 200 [^]*connection: close[^]*slow$/i);
    });
  });
});
