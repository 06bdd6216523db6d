import { expect } from 'chai';
import { host } from './express.js';
import { Client } from './testing/client.js';
import { type LocalServer, serve } from './testing/local-server.js';

describe('samples/express', () => {
  const { log } = console;
  const logged: unknown[][] = [];
  let server: LocalServer;

  before(async () => {
    console.log = (...words) => logged.push(words);
    server = await serve({ callback: () => host });
  });

  after(async () => {
    console.log = log;
    await server.close();
  });

  it("answers between Express' own middleware", async () => {
    const client = new Client(server.url);
    const response = await client.fetch('/songs/like/Yesterday', { method: 'POST', headers: { 'x-user': 'Ann' } });

    expect(await response.json()).to.deep.equal({ user: 'Ann', liked: 'Yesterday' });
    expect(logged).to.deep.include(['POST', '/songs/like/Yesterday', 200]);
  });

  it("shares its session with Express' own pages", async () => {
    const client = new Client(server.url);
    await client.fetch('/songs/like/Michelle', { method: 'POST' });

    expect(await (await client.fetch('/')).text()).to.equal("Express' own page, for one who likes Michelle");
    expect([...client.cookies.keys()]).to.deep.equal(['shop']);
  });

  it('reads a body that express.json() has read before', async () => {
    const response = await fetch(`${server.url}/albums/title`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"Help!"}',
    });

    expect(await response.json()).to.deep.equal({ title: { name: 'Help!' } });
  });
});
