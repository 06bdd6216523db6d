import { expect } from 'chai';
import Koa from 'koa';
import { toKoa } from '@verbena/koa';
import { app } from './file-sending.js';
import { type LocalServer, serve } from './testing/local-server.js';

describe('samples/file-sending', () => {
  let server: LocalServer;
  before(async () => {
    server = await serve(new Koa().use(toKoa(app)));
  });
  after(() => server.close());

  it('sends a file, and asks the client to keep it', async () => {
    const response = await fetch(`${server.url}/guide/glossary.md`);

    expect(response.headers.get('content-type')).to.match(/^text\/markdown/);
    expect(response.headers.get('cache-control')).to.equal('public, max-age=60');
    expect(await response.text()).to.match(/^# Glossary/);
  });

  it('sends a range, and nothing to a client that has the file', async () => {
    const range = await fetch(`${server.url}/guide/glossary.md`, { headers: { range: 'bytes=2-9' } });
    const etag = range.headers.get('etag') ?? '';
    // Without a wish of its own, fetch() adds one for a fresh copy.
    const headers = { 'if-none-match': etag, 'cache-control': 'max-age=0' };
    const known = await fetch(`${server.url}/guide/glossary.md`, { headers });

    expect(range.status).to.equal(206);
    expect(await range.text()).to.equal('Glossary');
    expect(known.status).to.equal(304);
  });

  it('never leaves its root', async () => {
    expect((await fetch(`${server.url}/guide/..%2fpackage.json`)).status).to.equal(404);
  });

  it('offers a file for saving', async () => {
    const response = await fetch(`${server.url}/download/glossary`);

    await response.text();
    expect(response.headers.get('content-disposition')).to.equal('attachment; filename="Verbena glossary.md"');
  });
});
