import { createServer } from 'node:http';
import type { HandlerApp } from '@verbena/core';
import { ask, listen, type LocalServer, Visitor } from '@verbena/test-hosts';
import { type Act, describeOwnSessions, sessionApp } from '@verbena/test-hosts/sessions';
import { expect } from 'chai';
import { type NodeOptions, toNode } from './listener.js';
import type { NodeNative } from './request.js';

describeOwnSessions('toNode', (app, session) =>
  listen(createServer(toNode(app, session === undefined ? {} : { session }))),
);

describe('sessions under toNode', () => {
  const servers: LocalServer[] = [];

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  async function start(app: HandlerApp, options?: NodeOptions): Promise<LocalServer> {
    const server = await listen(createServer(toNode(app, options)));
    servers.push(server);
    return server;
  }

  it('need no options: they are kept in memory', async () => {
    const visitor = new Visitor(await start(sessionApp()));
    const [line, ...more] = (await visitor.get('/count')).headers.getSetCookie();
    expect(more).to.deep.equal([]);
    expect(line).to.match(/^verbena\.sid=[0-9a-f-]{36}; Max-Age=1200; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(await visitor.text('/count')).to.equal('2');
  });

  it('are the same on every port of an application, and no other application has them', async () => {
    const app = sessionApp();
    const visitors = [];
    for (const served of [app, app, sessionApp()]) visitors.push(new Visitor(await start(served)));
    const [first, second, stranger] = visitors as [Visitor, Visitor, Visitor];
    await first.get('/set?v=1');
    for (const visitor of [second, stranger]) visitor.take(first);
    expect([await second.text('/show'), await stranger.text('/show')]).to.deep.equal(['"1"', 'null']);
  });

  it('last as long as toNode says', async () => {
    const server = await start(sessionApp(), { session: { maxAgeMs: 60_000 } });
    expect((await new Visitor(server).get('/set')).headers.getSetCookie()[0]).to.match(/; Max-Age=60;/);
  });

  it('have a secure cookie where the client came over TLS, as a trusted proxy says', async () => {
    const headers = { 'x-forwarded-proto': 'https' };
    const app = sessionApp();
    const trusted = await ask(await start(app, { trustedProxies: 1 }), { path: '/count', headers });
    expect(trusted.message.headers['set-cookie']?.[0]).to.match(/; Secure/);
    const untrusted = await ask(await start(app), { path: '/count', headers });
    expect(untrusted.message.headers['set-cookie']?.[0]).to.not.match(/; Secure/);
  });

  it('leave an answer alone that a handler has sent by itself', async () => {
    const { error } = console;
    const said: unknown[] = [];
    console.error = (failure: unknown) => said.push(failure);
    try {
      const past: Act = ({ session, native }) => {
        session.set('n', 1);
        (native as NodeNative).response.writeHead(202).end('past');
      };
      const server = await start(sessionApp({ 'required /past': past }));
      const { status, text } = await ask(server, { path: '/past' });
      expect([status, text]).to.deep.equal([202, 'past']);
      await ask(server, { path: '/plain' });
    } finally {
      console.error = error;
    }
    expect(said).to.deep.equal([]);
  });
});
