import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createApp, defineHandler, type HandlerApp, type HttpContext } from '@verbena/core';
import { ask, certificate } from '@verbena/test-hosts';
import { expect } from 'chai';
import { Wire } from './client.test-support.js';
import { ListenError } from './listen.js';
import { type RunningServer, serve, type ServeOptions } from './serve.js';

describe('serve', () => {
  let server: RunningServer | undefined;
  const { PORT } = process.env;

  afterEach(async () => {
    if (PORT === undefined) delete process.env['PORT'];
    else process.env['PORT'] = PORT;
    await server?.close({ graceMs: 0 });
    server = undefined;
  });

  function appOf(): HandlerApp {
    return createApp({
      development: false,
      handlers: [
        defineHandler('/', ({ request }: HttpContext) => `${request.url.protocol} ${String(request.secure)}`),
        defineHandler('POST /', ({ request }: HttpContext) => request.text()),
      ],
    });
  }

  async function start(options: ServeOptions = {}): Promise<RunningServer> {
    server = await serve(appOf(), { port: 0, signals: [], ...options });
    return server;
  }

  /** What goes wrong when serving. */
  async function failureOf(options: ServeOptions): Promise<unknown> {
    return serve(appOf(), { signals: [], ...options }).catch((error: unknown) => error);
  }

  it('refuses an application that was closed with its last server', async () => {
    const app = createApp({ handlers: [] });
    const options = { port: 0, host: '127.0.0.1', signals: [] } as const;
    await (await serve(app, options)).close();
    const error: unknown = await serve(app, options).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(TypeError);
    expect(String(error)).to.contain('an application that was closed');
  });

  it('listens on a free port, and says where it is reached', async () => {
    const { url, port } = await start();
    expect(url).to.equal(`http://localhost:${port}`);
    expect(await (await fetch(url)).text()).to.equal('http: false');
  });

  it('listens on the address it is given', async () => {
    const { url, port, server: node } = await start({ host: '127.0.0.1' });
    expect(url).to.equal(`http://127.0.0.1:${port}`);
    expect(node.address()).to.deep.include({ address: '127.0.0.1' });
  });

  it('writes an IPv6 address as URLs have it', async function () {
    if (!Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))) this.skip();
    const { url, port } = await start({ host: '::1' });
    expect(url).to.equal(`http://[::1]:${port}`);
  });

  it('takes the port of the environment where none is given', async () => {
    process.env['PORT'] = '0';
    server = await serve(appOf(), { signals: [] });
    expect(server.port).to.be.above(0).and.not.equal(3000);
    process.env['PORT'] = '/var/run/http';
    expect(String(await failureOf({}))).to.contain('PORT is "/var/run/http"; set it to a number');
  });

  it('says what to do when the port is taken, and leaves nothing behind', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const before = process.listenerCount('SIGTERM');
    const error = await serve(appOf(), { port, host: '127.0.0.1' }).catch((failure: unknown) => failure);
    other.close();
    expect(error).to.be.instanceOf(ListenError).and.include({ code: 'EADDRINUSE', port, host: '127.0.0.1' });
    expect((error as ListenError).message).to.equal(
      `Listening on port ${port} of 127.0.0.1 failed: another program listens there already; end it, or choose another port, 0 for any that is free`,
    );
    expect((error as ListenError).cause).to.have.property('syscall', 'listen');
    expect(process.listenerCount('SIGTERM')).to.equal(before);
  });

  it('says what to do when the address is none of this machine', async () => {
    const error = await failureOf({ port: 0, host: '203.0.113.1' });
    expect(error).to.be.instanceOf(ListenError).and.have.property('code', 'EADDRNOTAVAIL');
    expect(String(error)).to.contain('leave host out');
  });

  it('refuses a port that is none', async () => {
    expect(await failureOf({ port: 70_000 })).to.be.instanceOf(RangeError);
  });

  it('speaks HTTPS where it has a certificate', async () => {
    const { url, port } = await start({ tls: certificate });
    expect(url).to.equal(`https://localhost:${port}`);
    const sent = httpsRequest({ host: 'localhost', port, ca: certificate.cert, agent: false }).end();
    const [message] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
    expect(String((await once(message, 'data'))[0])).to.equal('https: true');
  });

  it('refuses TLS without a certificate', async () => {
    const error = await failureOf({ tls: {} });
    expect(error).to.be.instanceOf(TypeError);
    expect(String(error)).to.contain('give cert and key');
  });

  it('refuses heads longer than headerLimitBytes, default 16 KiB: 431', async () => {
    const { port } = await start({ headerLimitBytes: 100_000 });
    expect((await ask({ port }, { headers: { 'x-long': 'x'.repeat(70_000) } })).status).to.equal(200);
    await server?.close();
    const usual = await start();
    expect((await ask(usual, { headers: { 'x-long': 'x'.repeat(8_000) } })).status).to.equal(200);
    expect((await ask(usual, { headers: { 'x-long': 'x'.repeat(20_000) } })).status).to.equal(431);
    expect(String(await failureOf({ headerLimitBytes: 0 }))).to.contain('headerLimitBytes is 0; give');
  });

  it('refuses what is no HTTP: 400, and ends the connection', async () => {
    const { port } = await start();
    const wire = new Wire(port).send('What?\r\n\r\n');
    await wire.ended;
    expect(wire.text).to.match(/^HTTP\/1\.1 400 [^]*connection: close/i);
  });

  it('does not do what no handler could: CONNECT is 501', async () => {
    const { port } = await start();
    const wire = new Wire(port).send('CONNECT other.test:443 HTTP/1.1\r\nHost: other.test:443\r\n\r\n');
    await wire.ended;
    expect(wire.text).to.match(/^HTTP\/1\.1 501 [^]*connection: close/i);
  });

  it('answers a request to upgrade that nobody takes as any other', async () => {
    const { port } = await start();
    const headers = { connection: 'upgrade', upgrade: 'websocket' };
    expect((await ask({ port }, { headers })).text).to.equal('http: false');
  });

  it('drops a request to upgrade whose taker has left', async () => {
    const { port, server: node } = await start();
    const take = (): void => {};
    node.on('upgrade', take).off('upgrade', take);
    const wire = new Wire(port).send('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: own\r\n\r\n');
    await wire.ended;
    expect(wire.text).to.equal('');
  });

  it('asks for a body that waits to be asked for, and expects nothing else', async () => {
    const { port } = await start();
    const wire = new Wire(port).send(
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n',
    );
    await wire.until('100 Continue\r\n\r\n');
    wire.send('body');
    await wire.until('200 OK');
    await wire.until('body');
    wire.destroy();
    expect((await ask({ port }, { headers: { expect: 'more' } })).status).to.equal(417);
  });

  it('answers a client of HTTP/1.0, and ends its connection', async () => {
    const { port } = await start();
    const wire = new Wire(port).send('GET / HTTP/1.0\r\n\r\n');
    await wire.ended;
    expect(wire.text).to.match(/^HTTP\/1\.1 200 [^]*http: false$/);
  });
});
