import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AppOptions, createApp, defineHandler, type HandlerApp, type HttpContext } from '@verbena/core';
import { expect } from 'chai';
import Keyv from 'keyv';
import { type Answer, ask } from './client.test-support.js';
import { type NodeOptions, toNode } from './listener.js';
import type { NodeNative } from './request.js';

describe('sessions under toNode', () => {
  const servers: Server[] = [];

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  function appOf(options: Omit<AppOptions, 'handlers'> = {}): HandlerApp {
    return createApp({
      ...options,
      handlers: [
        defineHandler({ path: '/count', session: 'required' }, async ({ session }: HttpContext) => {
          const before = Number(session.get('n') ?? 0);
          await Promise.resolve();
          session.set('n', before + 1);
          return String(before + 1);
        }),
        defineHandler({ path: '/show', session: 'readonly' }, ({ session }: HttpContext) => String(session.get('n'))),
        defineHandler({ path: '/leave', session: 'required' }, ({ session }: HttpContext) => session.abandon()),
        defineHandler({ path: '/own', session: 'required' }, ({ session, response }: HttpContext) => {
          session.set('n', 1);
          response.cookies.set('own', '1');
        }),
        defineHandler({ path: '/streamed', session: 'required' }, async ({ session, response }: HttpContext) => {
          session.set('n', 1);
          await response.flush();
          response.write('first');
          await response.flush();
        }),
        defineHandler({ path: '/past', session: 'required' }, ({ session, native }: HttpContext) => {
          session.set('n', 1);
          (native as NodeNative).response.writeHead(202).end('past');
        }),
        defineHandler('/plain', () => 'plain'),
      ],
    });
  }

  async function start(app: HandlerApp, options?: NodeOptions): Promise<number> {
    const server = createServer(toNode(app, options)).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  function cookieOf({ message }: Answer): string {
    return (message.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
  }

  it('need no options: they are kept in memory', async () => {
    const port = await start(appOf());
    const first = await ask(port, { path: '/count' });
    expect(first.message.headers['set-cookie']).to.have.length(1);
    expect(first.message.headers['set-cookie']?.[0]).to.match(
      /^verbena\.sid=[0-9a-f-]{36}; Max-Age=1200; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const headers = { cookie: cookieOf(first) };
    expect((await ask(port, { path: '/count', headers })).text).to.equal('2');
    expect((await ask(port, { path: '/show', headers })).text).to.equal('2');
  });

  it('let 50 requests of one session at once count to 50', async () => {
    const port = await start(appOf());
    const headers = { cookie: cookieOf(await ask(port, { path: '/count' })) };
    await Promise.all(Array.from({ length: 50 }, () => ask(port, { path: '/count', headers })));
    expect((await ask(port, { path: '/show', headers })).text).to.equal('51');
  });

  it('are the same on every port of an application, and no other application has them', async () => {
    const app = appOf();
    const headers = { cookie: cookieOf(await ask(await start(app), { path: '/count' })) };
    expect((await ask(await start(app), { path: '/show', headers })).text).to.equal('1');
    expect((await ask(await start(appOf()), { path: '/show', headers })).text).to.equal('undefined');
  });

  it('are kept where createApp says, or rather where toNode does', async () => {
    const ofApp = new Keyv();
    const ofHost = new Keyv();
    const app = appOf({ session: { store: ofApp, cookieName: 'app' } });
    const first = await ask(await start(app), { path: '/count' });
    const [, id = ''] = cookieOf(first).split('=');
    expect(cookieOf(first)).to.match(/^app=/);
    expect(await ofApp.get(id)).to.have.nested.property('values.n', 1);
    const second = await ask(await start(app, { session: { store: ofHost, cookieName: 'host', maxAgeMs: 60_000 } }), {
      path: '/count',
    });
    expect(second.message.headers['set-cookie']?.[0]).to.match(/^host=.*; Max-Age=60;/);
    expect(await ofHost.get(cookieOf(second).slice('host='.length))).to.have.nested.property('values.n', 1);
    const third = await ask(await start(app, { session: { cookieName: 'other' } }), { path: '/count' });
    expect(await ofApp.get(cookieOf(third).slice('other='.length))).to.have.nested.property('values.n', 1);
  });

  it('have a secure cookie where the client came over TLS, as a trusted proxy says', async () => {
    const headers = { 'x-forwarded-proto': 'https' };
    const app = appOf();
    const trusted = await ask(await start(app, { trustedProxies: 1 }), { path: '/count', headers });
    expect(trusted.message.headers['set-cookie']?.[0]).to.match(/; Secure/);
    const untrusted = await ask(await start(app), { path: '/count', headers });
    expect(untrusted.message.headers['set-cookie']?.[0]).to.not.match(/; Secure/);
  });

  it('send their cookie beside those of the handler, and before the first piece of a stream', async () => {
    const port = await start(appOf());
    expect(cookieOf(await ask(port, { path: '/own' }))).to.match(/^verbena\.sid=[^;]+; own=1$/);
    const streamed = await ask(port, { path: '/streamed' });
    expect([streamed.text, cookieOf(streamed)]).to.satisfy(
      ([text, cookie]: string[]) => text === 'first' && cookie?.startsWith('verbena.sid=') === true,
    );
  });

  it('leave an answer alone that a handler has sent by itself', async () => {
    const { error } = console;
    const said: unknown[] = [];
    console.error = (failure: unknown) => said.push(failure);
    try {
      const port = await start(appOf());
      const { status, text } = await ask(port, { path: '/past' });
      expect([status, text]).to.deep.equal([202, 'past']);
      await ask(port, { path: '/plain' });
    } finally {
      console.error = error;
    }
    expect(said).to.deep.equal([]);
  });

  it('are withdrawn when they are abandoned', async () => {
    const port = await start(appOf());
    const headers = { cookie: cookieOf(await ask(port, { path: '/count' })) };
    const left = await ask(port, { path: '/leave', headers });
    expect(left.message.headers['set-cookie']?.[0]).to.match(/^verbena\.sid=; Max-Age=0;/);
    expect((await ask(port, { path: '/show', headers })).text).to.equal('undefined');
  });

  it('cost a handler that declares none nothing: no cookie, no store', async () => {
    const fail = (): never => {
      throw new Error('The store was asked');
    };
    const port = await start(appOf(), { session: { store: { get: fail, set: fail, delete: fail } } });
    const { text, message } = await ask(port, { path: '/plain', headers: { cookie: 'verbena.sid=x' } });
    expect([text, message.headers['set-cookie']]).to.deep.equal(['plain', undefined]);
  });
});
