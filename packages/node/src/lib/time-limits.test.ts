import { once } from 'node:events';
import type { ServerHttp2Stream } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { createApp, defineHandler, type HttpContext } from '@verbena/core';
import { certificate } from '@verbena/test-hosts';
import { expect } from 'chai';
import { answerOn, Http2Client, Wire } from './client.test-support.js';
import { type RunningServer, serve } from './serve.js';
import type { TimeLimits } from './time-limits.js';

describe('time limits of serve', () => {
  let server: RunningServer;
  let wire: Wire | undefined;
  let client: Http2Client | undefined;
  let goOn: () => void = () => {};

  afterEach(async () => {
    goOn();
    wire?.destroy();
    client?.destroy();
    wire = client = undefined;
    await server.close({ graceMs: 0 });
  });

  /** No limit but those given. */
  async function start(limits: TimeLimits, http2 = false): Promise<void> {
    const going = new Promise<void>((resolve) => (goOn = resolve));
    const app = createApp({
      development: false,
      onError: () => {},
      handlers: [
        defineHandler('/quick', () => 'quick'),
        defineHandler('/slow', async () => {
          await going;
          return 'slow';
        }),
        defineHandler('/quiet', async function* () {
          yield 'first';
          await going;
          yield 'last';
        }),
        defineHandler('/endless', async function* () {
          for (;;) yield 'x'.repeat(65_536);
        }),
        defineHandler('POST /body', ({ request }: HttpContext) => request.text()),
        defineHandler('POST /late', async ({ request }: HttpContext) => {
          await going;
          return request.text();
        }),
        defineHandler('POST /unread', async () => {
          await going;
          return 'unread';
        }),
      ],
    });
    server = await serve(app, {
      port: 0,
      host: '127.0.0.1',
      signals: [],
      headTimeoutMs: 0,
      requestTimeoutMs: 0,
      idleTimeoutMs: 0,
      stallTimeoutMs: 0,
      ...limits,
      ...(http2 ? { http2, tls: certificate } : {}),
    });
    if (http2) client = new Http2Client(server.url);
    else wire = new Wire(server.port);
  }

  const begun = 'POST /body HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\nhalf';

  /** Waits until another connection, younger than the test's own, has stood still for too long. */
  async function outlastAnother(): Promise<void> {
    await new Wire(server.port).send(begun).ended;
  }

  describe('headTimeoutMs', () => {
    it('ends a request whose head does not come to its end: 408', async () => {
      await start({ headTimeoutMs: 30 });
      (wire as Wire).send('GET /quick HTTP/1.1\r\nHost: ');
      await (wire as Wire).ended;
      expect((wire as Wire).text).to.match(/^HTTP\/1\.1 408 [^]*connection: close/i);
    });

    it('ends a connection that asks nothing', async () => {
      await start({ headTimeoutMs: 30 });
      await (wire as Wire).ended;
    });

    it('holds for clients of HTTP/1.1 under HTTP/2, too', async () => {
      // The same limit holds for the handshake, which must be over before it on a busy machine.
      await start({ headTimeoutMs: 1000 }, true);
      const socket = connectTls({ host: '127.0.0.1', port: server.port, ca: certificate.cert });
      socket.write('GET /quick HTTP/1.1\r\nHost: ');
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      expect(String(chunk)).to.match(/^HTTP\/1\.1 408 /);
    });

    it('holds for the second request of a connection, too', async () => {
      await start({ headTimeoutMs: 30 });
      (wire as Wire).get('/quick').send('GET /quick HT');
      await (wire as Wire).ended;
      expect((wire as Wire).text).to.match(/^HTTP\/1\.1 200 [^]*quickHTTP\/1\.1 408 /);
    });
  });

  describe('requestTimeoutMs', () => {
    it('ends a request whose body does not come to its end: 408', async () => {
      await start({ requestTimeoutMs: 30 });
      (wire as Wire).send(begun);
      await (wire as Wire).ended;
      expect((wire as Wire).text).to.match(/^HTTP\/1\.1 408 /);
    });

    it('holds for the head, too, where that has more', async () => {
      await start({ requestTimeoutMs: 30, headTimeoutMs: 60_000 });
      (wire as Wire).send('GET /quick HTTP/1.1\r\nHost: ');
      await (wire as Wire).ended;
      expect((wire as Wire).text).to.match(/^HTTP\/1\.1 408 /);
    });

    it('closes the stream of such a request over HTTP/2', async () => {
      await start({ requestTimeoutMs: 30 }, true);
      const stream = (client as Http2Client).begin({ ':path': '/body', ':method': 'POST' }, true);
      stream.write('half');
      expect((await answerOn(stream)).code).to.equal(8);
    });

    it('is no limit for the handler', async () => {
      await start({ requestTimeoutMs: 30 });
      (wire as Wire).get('/slow');
      await outlastAnother();
      goOn();
      await (wire as Wire).until('slow');
    });
  });

  describe('idleTimeoutMs', () => {
    it('ends a connection on which nothing is asked any more', async () => {
      await start({ idleTimeoutMs: 30 });
      (wire as Wire).get('/quick');
      await (wire as Wire).ended;
      expect((wire as Wire).text).to.contain('quick');
    });

    it('ends it also where stalled clients are looked after', async () => {
      await start({ idleTimeoutMs: 30, stallTimeoutMs: 60_000 });
      (wire as Wire).get('/quick');
      await (wire as Wire).ended;
    });

    it('ends a session of HTTP/2 that has no streams, and only then', async () => {
      await start({ idleTimeoutMs: 30 }, true);
      const { session } = client as Http2Client;
      const closed = once(session, 'close');
      const asked = (client as Http2Client).ask({ ':path': '/slow' });
      const idle = new Http2Client(server.url);
      await once(idle.session, 'close');
      expect((await (client as Http2Client).ask({ ':path': '/quick' })).text).to.equal('quick');
      goOn();
      expect((await asked).text).to.equal('slow');
      await closed;
    });
  });

  describe('stallTimeoutMs', () => {
    it('drops a client that takes nothing of its answer', async () => {
      await start({ stallTimeoutMs: 50 });
      const closed = new Promise<void>((resolve) => {
        server.server.once('connection', (socket: NodeJS.EventEmitter) => socket.once('close', resolve));
      });
      (wire as Wire).socket.pause();
      (wire as Wire).get('/endless');
      await closed;
    });

    it('drops a client that sends nothing of a body that is read: 408', async () => {
      await start({ stallTimeoutMs: 50 });
      (wire as Wire).send(begun);
      await (wire as Wire).ended;
      expect((wire as Wire).text).to.match(/^HTTP\/1\.1 408 /);
    });

    it('leaves a slow handler, a quiet stream, and a body that nobody reads alone', async () => {
      await start({ stallTimeoutMs: 30 });
      const slow = (wire as Wire).get('/slow');
      const quiet = new Wire(server.port).get('/quiet');
      const unread = new Wire(server.port).send(begun.replace('/body', '/unread'));
      await quiet.until('first');
      await outlastAnother();
      goOn();
      await slow.until('slow');
      await quiet.until('last');
      await unread.until('unread');
      quiet.destroy();
      unread.destroy();
    });

    it('drops a client that still sends nothing when what it sent has been read', async () => {
      await start({ stallTimeoutMs: 30 });
      (wire as Wire).send(begun.replace('/body', '/late'));
      await once(server.server, 'timeout');
      goOn();
      await (wire as Wire).ended;
      expect((wire as Wire).text).to.match(/^HTTP\/1\.1 408 /);
    });

    /** The next stream of HTTP/2 that comes to the server. */
    async function nextStream(): Promise<ServerHttp2Stream> {
      const [stream] = (await once(server.server, 'stream')) as [ServerHttp2Stream];
      return stream;
    }

    it('leaves a client of HTTP/2 alone whose body waits for the handler', async () => {
      await start({ stallTimeoutMs: 30 }, true);
      const coming = nextStream();
      const asked = (client as Http2Client).ask({ ':path': '/late', ':method': 'POST' }, 'x'.repeat(200_000));
      await once(await coming, 'timeout');
      goOn();
      const { status, text, code } = await asked;
      expect([status, text.length, code]).to.deep.equal([200, 200_000, 0]);
    });

    it('drops one that still sends nothing when what it sent has been read, over HTTP/2', async () => {
      await start({ stallTimeoutMs: 30 }, true);
      const coming = nextStream();
      const stream = (client as Http2Client).begin({ ':path': '/late', ':method': 'POST' }, true);
      stream.write('half');
      const closed = answerOn(stream);
      await once(await coming, 'timeout');
      goOn();
      expect((await closed).code).to.equal(8);
    });

    it('leaves connections alone that nobody uses', async () => {
      await start({ stallTimeoutMs: 30 });
      (wire as Wire).get('/quick');
      await (wire as Wire).until('quick');
      const fresh = new Wire(server.port);
      await outlastAnother();
      (wire as Wire).get('/slow');
      fresh.get('/slow');
      goOn();
      await (wire as Wire).until('slow');
      await fresh.until('slow');
      fresh.destroy();
    });

    it('closes the stream over HTTP/2, and leaves the others alone', async () => {
      await start({ stallTimeoutMs: 50 }, true);
      const http2 = client as Http2Client;
      const quiet = http2.ask({ ':path': '/quiet' });
      const slow = http2.ask({ ':path': '/slow' });
      const deaf = http2.begin({ ':path': '/endless' }).pause();
      const mute = http2.begin({ ':path': '/body', ':method': 'POST' }, true);
      mute.write('half');
      await Promise.all([once(deaf, 'close'), answerOn(mute)]);
      expect([deaf.rstCode, mute.rstCode]).to.deep.equal([8, 8]);
      goOn();
      expect((await quiet).text).to.equal('firstlast');
      expect((await slow).text).to.equal('slow');
    });
  });

  it('are refused when they are none', async () => {
    server = await serve(createApp({ handlers: [] }), { port: 0, signals: [] });
    for (const [name, value] of [
      ['headTimeoutMs', -1],
      ['requestTimeoutMs', 0.5],
      ['idleTimeoutMs', Number.NaN],
      ['stallTimeoutMs', 2 ** 31],
      ['graceMs', Number.POSITIVE_INFINITY],
    ] as const) {
      const failure = await serve(createApp({ handlers: [] }), { port: 0, signals: [], [name]: value }).catch(
        (error: unknown) => error,
      );
      expect(failure, name).to.be.instanceOf(RangeError);
      expect(String(failure)).to.contain(`${name} is ${value}; give whole milliseconds from 0`);
    }
  });
});
