import { expect } from 'chai';
import { fastify } from './fastify.js';
import { Client } from './testing/client.js';

describe('samples/fastify', () => {
  let url: string;
  before(async () => {
    url = await fastify.listen({ port: 0, host: '127.0.0.1' });
  });
  after(() => fastify.close());

  it("answers among Fastify's own hooks", async () => {
    const client = new Client(url);
    const response = await client.fetch('/songs/like/Yesterday', { method: 'POST', headers: { 'x-user': 'Ann' } });
    const text = await response.text();

    expect(JSON.parse(text)).to.deep.equal({ user: 'Ann', liked: 'Yesterday' });
    expect(response.headers.get('x-length')).to.equal(String(text.length));
  });

  it("shares its session with Fastify's own routes", async () => {
    const client = new Client(url);
    await client.fetch('/songs/like/Michelle', { method: 'POST' });

    expect(await (await client.fetch('/')).text()).to.equal("Fastify's own page, for one who likes Michelle");
    expect([...client.cookies.keys()]).to.deep.equal(['shop']);
  });
});
