import { expect } from 'chai';
import { koa } from './session-readonly.js';
import { Client } from './testing/client.js';
import { type LocalServer, serve } from './testing/local-server.js';

describe('samples/session-readonly', () => {
  let server: LocalServer;
  before(async () => {
    server = await serve(koa);
  });
  after(() => server.close());

  it('shows the last draft while the next one is still being sent', async () => {
    const client = new Client(server.url);
    await client.fetch('/draft', { method: 'PUT', body: 'first' });

    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const saving = client.fetch('/draft', { method: 'PUT', body: readable, duplex: 'half' });
    const writer = writable.getWriter();
    await writer.write(Buffer.from('second'));

    expect(await (await client.fetch('/draft')).json()).to.deep.equal({ draft: 'first' });
    await writer.close();
    expect((await saving).status).to.equal(204);
    expect(await (await client.fetch('/draft')).json()).to.deep.equal({ draft: 'second' });
  });
});
