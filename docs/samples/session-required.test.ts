import { expect } from 'chai';
import { koa } from './session-required.js';
import { Client } from './testing/client.js';
import { type LocalServer, serve } from './testing/local-server.js';

describe('samples/session-required', () => {
  let server: LocalServer;
  before(async () => {
    server = await serve(koa);
  });
  after(() => server.close());

  it('counts every one of fifty visits at once, for each client by itself', async () => {
    const ann = new Client(server.url);
    const ben = new Client(server.url);
    await ann.fetch('/visits', { method: 'POST' });
    await Promise.all(Array.from({ length: 49 }, () => ann.fetch('/visits', { method: 'POST' })));

    expect(await (await ann.fetch('/visits', { method: 'POST' })).json()).to.deep.equal({ visits: 51 });
    expect(await (await ben.fetch('/visits', { method: 'POST' })).json()).to.deep.equal({ visits: 1 });
  });
});
