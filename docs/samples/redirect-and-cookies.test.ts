import { expect } from 'chai';
import { app } from './redirect-and-cookies.js';
import { Client } from './testing/client.js';

describe('samples/redirect-and-cookies', () => {
  const client = new Client('http://localhost', app.fetch);

  it('sends the client elsewhere with a cookie, which it then brings', async () => {
    const chosen = await client.fetch('/language/de', { method: 'POST' });

    expect(chosen.status).to.equal(303);
    expect(chosen.headers.get('location')).to.equal('/');
    expect(chosen.headers.get('set-cookie')).to.equal('language=de; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax');
    expect(await (await client.fetch('/')).text()).to.equal('Guten Tag');
  });

  it('withdraws the cookie', async () => {
    await client.fetch('/forget', { method: 'POST' });

    expect(await (await client.fetch('/')).text()).to.equal('Good day');
  });
});
