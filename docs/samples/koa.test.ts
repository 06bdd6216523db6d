import { expect } from 'chai';
import { koa } from './koa.js';
import { Client } from './testing/client.js';
import { type LocalServer, serve } from './testing/local-server.js';

describe('samples/koa', () => {
  let server: LocalServer;
  before(async () => {
    server = await serve(koa);
  });
  after(() => server.close());

  it("answers between Koa's own middleware", async () => {
    const client = new Client(server.url);
    const response = await client.fetch('/like/Yesterday', { method: 'POST', headers: { 'x-user': 'Ann' } });
    const text = await response.text();

    expect(JSON.parse(text)).to.deep.equal({ user: 'Ann', liked: 'Yesterday' });
    expect(response.headers.get('x-length')).to.equal(String(text.length));
  });

  it("shares its session with Koa's own pages", async () => {
    const client = new Client(server.url);
    await client.fetch('/like/Michelle', { method: 'POST' });

    expect(await (await client.fetch('/')).text()).to.equal("Koa's own page, for one who likes Michelle");
    expect([...client.cookies.keys()]).to.deep.equal(['shop', 'shop.sig']);
  });
});
