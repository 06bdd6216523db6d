import { expect } from 'chai';
import { app } from './session-sign-in.js';
import { Client } from './testing/client.js';

describe('samples/session-sign-in', () => {
  function signIn(client: Client, word: string): Promise<Response> {
    return client.fetch('/sign-in', { method: 'POST', body: new URLSearchParams({ name: 'Ann', word }) });
  }

  it('knows a guest from signing in to signing out', async () => {
    const client = new Client('https://localhost', app.fetch);
    expect((await client.fetch('/me')).status).to.equal(401);
    expect((await signIn(client, 'sesame')).status).to.equal(204);
    expect(await (await client.fetch('/me')).json()).to.deep.equal({ name: 'Ann' });
    await client.fetch('/sign-out', { method: 'POST' });
    expect((await client.fetch('/me')).status).to.equal(401);
  });

  it('gives a new identity with every signing in', async () => {
    const client = new Client('https://localhost', app.fetch);
    await signIn(client, 'sesame');
    const before = client.cookies.get('verbena.sid');
    await signIn(client, 'sesame');

    expect(client.cookies.get('verbena.sid')).to.be.a('string').that.does.not.equal(before);
  });

  it('starts no session for the wrong word', async () => {
    const response = await signIn(new Client('https://localhost', app.fetch), 'barley');

    expect(response.status).to.equal(403);
    expect(response.headers.getSetCookie()).to.be.empty;
  });
});
